namespace PollMode.Drivers.Software;

/// <summary>Copies what an inner queue receives into a capture.</summary>
internal sealed class CaptureRxQueue : IRxQueue
{
    private readonly IRxQueue _inner;
    private readonly CaptureLane _lane;
    private readonly TimeProvider _time;

    internal CaptureRxQueue(IRxQueue inner, CaptureLane lane, TimeProvider time)
    {
        _inner = inner;
        _lane = lane;
        _time = time;
    }

    public QueueCounters Counters => _inner.Counters;

    public RxQueueLife Life => _inner.Life;

    public int PollFileDescriptor => _inner.PollFileDescriptor;

    public bool HoldsPackets => _inner.HoldsPackets;

    public int Receive(Span<Packet> packets)
    {
        int count = _inner.Receive(packets);
        if (count == 0)
        {
            return 0;
        }

        long now = 0;
        int dropped = 0;
        foreach (Packet packet in packets[..count])
        {
            if (!_lane.TryWrite(packet, CaptureTime.Of(packet, ref now, _time)))
            {
                dropped++;
            }
        }

        _lane.Publish();
        if (dropped > 0)
        {
            _lane.Dropped += dropped;
        }

        return count;
    }
}
