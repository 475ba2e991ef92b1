namespace PollMode.Isolation;

/// <summary>Gives what the app has sent. The word that the app put beside a frame is the packet's <see cref="Packet.UserWord"/>.</summary>
internal sealed class AppRxQueue : IRxQueue
{
    private readonly FrameRing _ring;
    private readonly Mempool _pool;
    private readonly int _headroom;
    private readonly int _port;
    private readonly int _longest;

    internal AppRxQueue(FrameRing ring, Mempool pool, int headroom, int port, int longest)
    {
        _ring = ring;
        _pool = pool;
        _headroom = headroom;
        _port = port;
        _longest = longest;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => _ring.HasEnded && _ring.IsEmpty ? RxQueueLife.Ended : RxQueueLife.Live;

    public int Receive(Span<Packet> packets)
    {
        int count = _ring.Receive(packets, _pool, _headroom, _port, _longest, out long bytes, out bool noBuffer, out bool isBroken);
        if (noBuffer)
        {
            Counters.NoBuffer++;
        }

        if (isBroken)
        {
            Counters.Errors++;
        }

        Counters.Packets += count;
        Counters.Bytes += bytes;
        return count;
    }
}
