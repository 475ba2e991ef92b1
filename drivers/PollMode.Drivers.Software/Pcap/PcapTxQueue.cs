namespace PollMode.Drivers.Software;

/// <summary>Copies packets into a capture's buffer and frees them.</summary>
internal sealed class PcapTxQueue : ITxQueue
{
    private readonly CaptureLane _lane;
    private readonly Mempool _pool;
    private readonly TimeProvider _time;
    private readonly bool _waits;

    internal PcapTxQueue(CaptureLane lane, bool waits, Mempool pool, TimeProvider time)
    {
        _lane = lane;
        _waits = waits;
        _pool = pool;
        _time = time;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        long now = 0;
        long bytes = 0;
        int taken = 0;
        int dropped = 0;
        foreach (Packet packet in packets)
        {
            if (!_lane.TryWrite(packet, CaptureTime.Of(packet, ref now, _time)))
            {
                if (_waits)
                {
                    break;
                }

                dropped++;
            }

            bytes += packet.TotalLength;
            taken++;
        }

        _lane.Publish();
        _pool.Return(packets[..taken]);
        Counters.Packets += taken;
        Counters.Bytes += bytes;
        if (dropped > 0)
        {
            _lane.Dropped += dropped;
        }

        CountDropped();
        return taken;
    }

    public bool Service()
    {
        CountDropped();
        return !_lane.IsEmpty;
    }

    /// <summary>What found no room, and what was taken and then not written. By the worker, and once more when the file is closed.</summary>
    internal void CountDropped() => Counters.Dropped = _lane.Dropped + _lane.Lost;
}
