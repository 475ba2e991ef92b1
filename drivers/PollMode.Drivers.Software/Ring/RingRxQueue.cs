using System.Runtime.CompilerServices;

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

    public int Receive(Span<Packet> packets)
    {
        RingLane lane = _lane;
        int count = lane.Peek(packets);
        if (count > 0)
        {
            // The mark before the packets are out: then the sender may write it anew.
            QueueCounters counters = Counters;
            long received = counters.Packets + count;
            if (lane.TryGetBytes(received, out long bytes))
            {
                counters.Bytes = bytes;
            }
            else
            {
                AddBytes(packets[..count]);
            }

            counters.Packets = received;
            lane.Release(count);
        }

        return count;
    }

    /// <summary>Where no burst of the sender ended: looks at each packet. Not from within the call, which would keep more at hand for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddBytes(ReadOnlySpan<Packet> packets) => Counters.Bytes += PacketSweep.BytesOf(packets);
}
