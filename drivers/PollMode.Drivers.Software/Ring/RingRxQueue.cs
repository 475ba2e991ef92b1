namespace PollMode.Drivers.Software;

/// <summary>Gives what the other end has put into the ring, the very buffers.</summary>
internal sealed class RingRxQueue : IRxQueue
{
    private readonly RingLane _lane;
    private readonly PacketRing _ring;

    internal RingRxQueue(RingLane lane)
    {
        _lane = lane;
        _ring = lane.Packets;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => RxQueueLife.Passive;

    public int Receive(Span<Packet> packets)
    {
        int count = _ring.Peek(packets);
        if (count > 0)
        {
            // The mark before the packets are out: then the sender may write it anew.
            QueueCounters counters = Counters;
            long received = counters.Packets + count;
            counters.Bytes = _lane.TryGetBytes(received, out long bytes) ? bytes : counters.Bytes + PacketSweep.BytesOf(packets[..count]);
            counters.Packets = received;
            _ring.Release();
        }

        return count;
    }
}
