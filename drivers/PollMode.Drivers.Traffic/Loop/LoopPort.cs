namespace PollMode.Drivers.Traffic;

/// <summary>A port that is its own other end, of limited capacity.</summary>
internal sealed class LoopPort : IPort
{
    private readonly LoopSettings _settings;
    private readonly TrafficClock _clock;
    private readonly PacketRing _ring;
    private readonly Lock _gate = new();
    private readonly LoopRxQueue _rx;
    private bool _closed;

    internal LoopPort(PortSpec spec, LoopSettings settings, TrafficClock clock, int index)
    {
        Name = spec.Text;
        _settings = settings;
        _clock = clock;
        _ring = new PacketRing(settings.RingPackets);
        _rx = new LoopRxQueue(_ring, clock, index);
        Capabilities = new PortCapabilities { MaxFrameBytes = int.MaxValue, Segments = true, ZeroCopy = true };
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => LinkState.Up;

    public IReadOnlyList<string> Report => [$"forwards at {_settings.Rate}, {_settings.Queue} packets wait, delay {TimeText.Format(_settings.DelayNanoseconds)}"];

    public IRxQueue OpenRxQueue(int queue, Mempool pool) => _rx;

    public ITxQueue OpenTxQueue(int queue, Mempool pool) => new LoopTxQueue(_ring, _rx.Counters, _settings, _clock, pool);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _rx.Close();
            Span<Packet> left = stackalloc Packet[64];
            int count;
            while ((count = _ring.Dequeue(left)) > 0)
            {
                Mempool.Free(left[..count]);
            }

            _ring.Dispose();
        }
    }
}
