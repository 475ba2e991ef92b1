namespace PollMode.Isolation;

/// <summary>Gives what the app has sent. The word that the app put beside a frame is the packet's <see cref="Packet.UserWord"/>.</summary>
internal sealed class AppRxQueue : IRxQueue
{
    private readonly FrameRing _ring;
    private readonly Mempool _pool;
    private readonly int _headroom;
    private readonly int _port;

    internal AppRxQueue(FrameRing ring, Mempool pool, int headroom, int port)
    {
        _ring = ring;
        _pool = pool;
        _headroom = headroom;
        _port = port;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => _ring.HasEnded && _ring.IsEmpty ? RxQueueLife.Ended : RxQueueLife.Live;

    public int Receive(Span<Packet> packets)
    {
        int count = _ring.Receive(packets, _pool, _headroom, _port, out long bytes, out bool noBuffer);
        if (noBuffer)
        {
            Counters.NoBuffer++;
        }

        Counters.Packets += count;
        Counters.Bytes += bytes;
        return count;
    }
}
