namespace PollMode.Tests;

internal sealed class FakeTxQueue(int take, bool keep, Mempool pool) : ITxQueue
{
    private readonly List<Packet> _kept = [];
    private int _user;

    public QueueCounters Counters { get; } = new();

    internal List<ulong> Sent { get; } = [];

    internal bool Remember { get; set; } = true;

    /// <summary>Packets that were offered as they were received.</summary>
    internal long AsReceived { get; private set; }

    internal bool Throws { get; set; }

    /// <summary>Two threads were in the queue at once, which belongs to one.</summary>
    internal bool WasShared { get; private set; }

    public int SendAsReceived(ReadOnlySpan<Packet> packets, int rxPort, long bytes)
    {
        AsReceived += packets.Length;
        return Send(packets);
    }

    public int Send(ReadOnlySpan<Packet> packets)
    {
        if (Throws)
        {
            throw new InvalidOperationException("a queue that throws");
        }

        WasShared |= Interlocked.Exchange(ref _user, 1) != 0;
        packets = packets[..Math.Min(packets.Length, take)];
        foreach (Packet packet in packets)
        {
            if (Remember)
            {
                Sent.Add(packet.UserWord);
            }
        }

        if (keep)
        {
            _kept.AddRange(packets);
        }
        else
        {
            pool.Return(packets);
        }

        Counters.Packets += packets.Length;
        Counters.Bytes += packets.Length * 64;
        Volatile.Write(ref _user, 0);
        return packets.Length;
    }

    /// <summary>As of a device that is closed.</summary>
    internal void FreeKept()
    {
        _kept.ForEach(packet => packet.Free());
        _kept.Clear();
    }
}
