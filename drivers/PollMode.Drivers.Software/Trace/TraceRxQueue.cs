namespace PollMode.Drivers.Software;

/// <summary>Marks received packets until there are enough, and then costs no more than a call.</summary>
internal sealed class TraceRxQueue : IRxQueue
{
    private readonly IRxQueue _inner;
    private readonly TracePort _port;
    private bool _follows = true;

    internal TraceRxQueue(IRxQueue inner, TracePort port)
    {
        _inner = inner;
        _port = port;
    }

    public QueueCounters Counters => _inner.Counters;

    public RxQueueLife Life => _inner.Life;

    public int PollFileDescriptor => _inner.PollFileDescriptor;

    public bool HoldsPackets => _inner.HoldsPackets;

    public int Receive(Span<Packet> packets)
    {
        int count = _inner.Receive(packets);
        if (_follows && count > 0)
        {
            _follows = _port.Follow(packets[..count]);
        }

        return count;
    }
}
