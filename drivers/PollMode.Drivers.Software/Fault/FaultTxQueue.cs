namespace PollMode.Drivers.Software;

/// <summary>Sends by a bad wire. What the inner queue does not take stays on the wire, and the next burst is not taken before it has left.</summary>
internal sealed class FaultTxQueue : ITxQueue
{
    private readonly ITxQueue _inner;
    private readonly FaultLine _line;
    private readonly FaultDice _full;

    internal FaultTxQueue(ITxQueue inner, FaultLine line, FaultDice full)
    {
        _inner = inner;
        _line = line;
        _full = full;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        if (packets.IsEmpty)
        {
            return 0;
        }

        if (_full.Roll())
        {
            packets = packets[.._full.Below(packets.Length)];
            _line.Counters.Cut++;
        }

        Push();
        if (_line.CountDue() > 0)
        {
            return 0;
        }

        packets = packets[..Math.Min(packets.Length, _line.Room)];
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bytes += packet.TotalLength;
        }

        _line.Add(packets);
        Counters.Packets += packets.Length;
        Counters.Bytes += bytes;
        Push();
        CopyCounters();
        return packets.Length;
    }

    public bool Service()
    {
        Push();
        bool outstanding = _inner.Service();
        CopyCounters();

        // What waits for further packets would wait for ever; it does not count.
        return outstanding || _line.CountDue() > 0 || _line.WaitsForTime;
    }

    private void Push()
    {
        while (true)
        {
            ReadOnlySpan<Packet> due = _line.PeekDue();
            int taken = due.IsEmpty ? 0 : _inner.Send(due);
            _line.Skip(taken);
            if (taken == 0 || taken < due.Length)
            {
                return;
            }
        }
    }

    /// <summary>Makes the counters those of the wire and the inner queue together. By the worker, and once more when both are closed.</summary>
    internal void CopyCounters()
    {
        QueueCounters inner = _inner.Counters;
        Counters.Dropped = inner.Dropped + _line.Counters.Lost + _line.Counters.LinkDown + _line.Counters.FreedAtClose;
        Counters.NoBuffer = inner.NoBuffer + _line.Counters.Skipped;
        Counters.Errors = inner.Errors;
        Counters.Copied = inner.Copied;
    }
}
