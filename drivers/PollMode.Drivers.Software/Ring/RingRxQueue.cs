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
        int count = _ring.WaitingFor(packets.Length);
        if (count > 0)
        {
            // The mark before the packets: once they are out, the sender may write it anew.
            QueueCounters counters = Counters;
            long received = counters.Packets + count;
            bool isMarked = _lane.TryGetBytes(received, out long bytes);
            packets = packets[..count];
            _ring.Take(packets);
            counters.Packets = received;
            counters.Bytes = isMarked ? bytes : counters.Bytes + PacketSweep.BytesOf(packets);
        }

        return count;
    }
}
