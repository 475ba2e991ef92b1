namespace PollMode.Drivers.Software;

/// <summary>Gives rented buffers as frames, with whatever bytes they hold.</summary>
internal sealed class NullRxQueue : IRxQueue
{
    private readonly Mempool _pool;
    private readonly int _port;
    private readonly int _headroom;
    private readonly int _size;
    private readonly bool _isEndless;
    private long _left;

    internal NullRxQueue(NullSettings settings, int port, int headroom, Mempool pool)
    {
        _pool = pool;
        _port = port;
        _headroom = headroom;
        _size = settings.Size;
        _left = settings.Frames == NullSettings.Endless ? long.MaxValue : settings.Frames;
        Life = settings.Frames == 0 ? RxQueueLife.Ended : RxQueueLife.Live;
        _isEndless = settings.Frames == NullSettings.Endless;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life { get; private set; }

    public int Receive(Span<Packet> packets)
    {
        if (!_isEndless && _left < packets.Length)
        {
            packets = packets[..(int)_left];
        }

        int count = _pool.Rent(packets);
        if (count < packets.Length)
        {
            Counters.NoBuffer++;
        }

        // Kept beside the loop: a store into a packet's metadata might have changed the fields, for all the compiler knows.
        (int headroom, int port, int size) = (_headroom, _port, _size);
        foreach (Packet packet in packets[..count])
        {
            packet.SetFrame(headroom, port, size);
        }

        Counters.Packets += count;
        Counters.Bytes += (long)count * _size;
        if (!_isEndless)
        {
            _left -= count;
            Life = _left == 0 ? RxQueueLife.Ended : RxQueueLife.Live;
        }

        return count;
    }

    // As the interface has it, but not by another call.
    public Span<Packet> ReceiveInPlace(Span<Packet> room) => room[..Receive(room)];
}
