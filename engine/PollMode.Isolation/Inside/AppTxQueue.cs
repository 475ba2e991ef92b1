namespace PollMode.Isolation;

/// <summary>Copies what it is sent into the ring to the app. While the app has not opened the port, the link is down and what is sent is lost, as on a wire.</summary>
internal sealed class AppTxQueue : ITxQueue
{
    private readonly FrameRing _ring;
    private readonly Mempool _pool;

    internal AppTxQueue(FrameRing ring, Mempool pool)
    {
        _ring = ring;
        _pool = pool;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        long head = _ring.Head;
        int taken = 0;
        long bytes = 0;
        if (_ring.IsWanted)
        {
            while (taken < packets.Length && _ring.TryWrite(packets[taken], ref head))
            {
                bytes += packets[taken++].TotalLength;
            }

            _ring.Publish(head, taken, dropped: 0);
        }
        else
        {
            taken = packets.Length;
            Counters.Dropped += taken;
        }

        _pool.Return(packets[..taken]);
        Counters.Packets += taken;
        Counters.Bytes += bytes;
        return taken;
    }
}
