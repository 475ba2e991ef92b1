namespace PollMode.Drivers.Software;

/// <summary>Copies what an inner queue takes into a capture.</summary>
/// <remarks>A packet that was sent must not be looked at any more, so each is copied before, and those that are not taken are taken back.</remarks>
internal sealed class CaptureTxQueue : ITxQueue
{
    private const int MaxBurst = 256;

    private readonly ITxQueue _inner;
    private readonly CaptureLane _lane;
    private readonly TimeProvider _time;
    private readonly long[] _writtenBefore = new long[MaxBurst + 1];

    internal CaptureTxQueue(ITxQueue inner, CaptureLane lane, TimeProvider time)
    {
        _inner = inner;
        _lane = lane;
        _time = time;
    }

    public QueueCounters Counters => _inner.Counters;

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int sent = 0;
        while (sent < packets.Length)
        {
            int count = Math.Min(MaxBurst, packets.Length - sent);
            int taken = SendBurst(packets.Slice(sent, count));
            sent += taken;
            if (taken < count)
            {
                break;
            }
        }

        return sent;
    }

    public bool Service() => _inner.Service() | !_lane.IsEmpty;

    private int SendBurst(ReadOnlySpan<Packet> packets)
    {
        long now = 0;
        for (int i = 0; i < packets.Length; i++)
        {
            _writtenBefore[i] = _lane.Written;
            _lane.TryWrite(packets[i], CaptureTime.Of(packets[i], ref now, _time));
        }

        _writtenBefore[packets.Length] = _lane.Written;
        int taken = _inner.Send(packets);
        int dropped = 0;
        for (int i = 0; i < taken; i++)
        {
            dropped += _writtenBefore[i] == _writtenBefore[i + 1] ? 1 : 0;
        }

        _lane.TakeBack(_writtenBefore[taken]);
        _lane.Publish();
        if (dropped > 0)
        {
            _lane.Dropped += dropped;
        }

        return taken;
    }
}
