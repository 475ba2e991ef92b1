namespace PollMode.Drivers.Software;

/// <summary>Gives what the other end has put into the ring, the very buffers.</summary>
internal sealed class RingRxQueue : IRxQueue
{
    private readonly RingLane _lane;

    internal RingRxQueue(RingLane lane)
    {
        _lane = lane;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => RxQueueLife.Passive;

    public int Receive(Span<Packet> packets) => _lane.Receive(packets, Counters);

    public Span<Packet> ReceiveInPlace(Span<Packet> room) => _lane.ReceiveInPlace(room, Counters);

    public bool ReturnPlaces() => _lane.ReturnPlaces();
}
