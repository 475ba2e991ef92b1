namespace PollMode.Drivers.Traffic;

/// <summary>Gives back the packets that have had their turn.</summary>
internal sealed class LoopRxQueue : IRxQueue
{
    private readonly PacketRing _ring;
    private readonly TrafficClock _clock;
    private readonly int _port;
    private Packet _next;

    internal LoopRxQueue(PacketRing ring, TrafficClock clock, int port)
    {
        _ring = ring;
        _clock = clock;
        _port = port;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => RxQueueLife.Passive;

    public int Receive(Span<Packet> packets)
    {
        int count = 0;
        long now = _ring.Count > 0 || !_next.IsNone ? _clock.Nanoseconds : 0;
        while (count < packets.Length)
        {
            if (_next.IsNone && _ring.Dequeue(new Span<Packet>(ref _next)) == 0)
            {
                break;
            }

            if ((long)_next.UserWord > now)
            {
                break;
            }

            _next.Port = _port;
            Counters.Packets++;
            Counters.Bytes += _next.TotalLength;
            packets[count++] = _next;
            _next = default;
        }

        return count;
    }

    /// <summary>Frees the packet that waits for its time. After the worker has stopped.</summary>
    internal void Close()
    {
        if (!_next.IsNone)
        {
            _next.Free();
            _next = default;
        }
    }
}
