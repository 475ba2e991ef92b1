namespace PollMode.Drivers.Software;

/// <summary>Receives by a bad wire.</summary>
internal sealed class FaultRxQueue : IRxQueue
{
    private readonly IRxQueue _inner;
    private readonly FaultLine _line;
    private readonly FaultDice _short;
    private readonly Packet[] _burst = new Packet[256];
    private volatile int _life;

    internal FaultRxQueue(IRxQueue inner, FaultLine line, FaultDice cut)
    {
        _inner = inner;
        _line = line;
        _short = cut;
        _life = (int)inner.Life;
    }

    public QueueCounters Counters { get; } = new();

    /// <summary>That of the inner queue; when it has ended, the wire is live until it is empty.</summary>
    public RxQueueLife Life => (RxQueueLife)_life;

    /// <summary>Packets that leave with time alone; those that wait for further packets might wait for ever.</summary>
    public bool HoldsPackets => _line.WaitsForTime || _inner.HoldsPackets;

    public int PollFileDescriptor => _inner.PollFileDescriptor;

    public int Receive(Span<Packet> packets)
    {
        int due = _line.CountDue();
        if (due < packets.Length)
        {
            int wanted = Math.Min(Math.Min(packets.Length - due, _burst.Length), _line.Room);
            int arrived = _inner.Receive(_burst.AsSpan(0, wanted));
            _line.Add(_burst.AsSpan(0, arrived));
            if (arrived == 0 && _inner.Life == RxQueueLife.Ended)
            {
                _line.Flush();
            }

            CopyCounters();
        }

        int count = Math.Min(_line.CountDue(), packets.Length);
        if (count > 1 && _short.Roll())
        {
            count = 1 + _short.Below(count - 1);
            _line.Counters.Cut++;
        }

        _line.Take(packets[..count]);
        long bytes = 0;
        foreach (Packet packet in packets[..count])
        {
            bytes += packet.TotalLength;
        }

        Counters.Packets += count;
        Counters.Bytes += bytes;
        RxQueueLife inner = _inner.Life;
        _life = (int)(inner == RxQueueLife.Ended && !_line.IsEmpty ? RxQueueLife.Live : inner);
        return count;
    }

    private void CopyCounters()
    {
        QueueCounters inner = _inner.Counters;
        Counters.Dropped = inner.Dropped + _line.Counters.Lost + _line.Counters.LinkDown;
        Counters.NoBuffer = inner.NoBuffer + _line.Counters.Skipped;
        Counters.Errors = inner.Errors;
        Counters.Copied = inner.Copied;
    }
}
