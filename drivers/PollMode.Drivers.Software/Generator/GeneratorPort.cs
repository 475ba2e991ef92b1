namespace PollMode.Drivers.Software;

/// <summary>A source of generated frames.</summary>
internal sealed class GeneratorPort : IPort
{
    private readonly GeneratorSettings _settings;
    private readonly TimeProvider _clock;
    private readonly int _index;
    private readonly int _headroom;
    private readonly OpenedQueues _rx;
    private readonly OpenedQueues _tx;
    private readonly List<FramePace> _paces = [];

    internal GeneratorPort(PortSpec spec, GeneratorSettings settings, PortContext context, TimeProvider clock)
    {
        Name = spec.Text;
        _settings = settings;
        _clock = clock;
        _index = context.PortIndex;
        _headroom = context.Arena.HeadroomBytes;
        Capabilities = new PortCapabilities
        {
            RxQueues = settings.Queues,
            TxQueues = int.MaxValue,
            MaxFrameBytes = int.MaxValue,
            Segments = true,
            ZeroCopy = true,
        };
        _rx = new OpenedQueues(Name, "receive", settings.Queues);
        _tx = new OpenedQueues(Name, "transmit", int.MaxValue);
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => LinkState.Up;

    public IReadOnlyList<string> Report =>
    [
        $"{_settings.Queues} queue(s), each {(_settings.Count == GeneratorSettings.Endless ? "endless" : $"{_settings.Count} frames")} of {_settings.Size} bytes, " +
        $"{_settings.Flows} flow(s), UDP over IPv{(_settings.IsIpv6 ? 6 : 4)}, {(_settings.Rate == 0 ? "as fast as possible" : $"{_settings.Rate} frames/s in all")}",
    ];

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        _rx.Add(queue);
        FramePace? pace = null;
        if (_settings.Rate > 0)
        {
            pace = new FramePace((double)_settings.Rate / _settings.Queues, _clock);
            lock (_paces)
            {
                _paces.Add(pace);
            }
        }

        return new GeneratorRxQueue(new FrameTemplate(_settings, queue), _settings, pace, pool, _index, _headroom);
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        _tx.Add(queue);
        return new NullTxQueue(pool);
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        lock (_paces)
        {
            counters.Add(new PortCounter("gen_rate_missed", _paces.Sum(pace => pace.Missed)));
        }
    }

    public void Dispose()
    {
    }
}
