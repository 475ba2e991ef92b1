namespace PollMode.Drivers.Traffic;

/// <summary>A port whose receive queues keep a pace. Sending is as it was.</summary>
internal sealed class PacedPort : IPort
{
    private readonly IPort _inner;
    private readonly PaceSettings _settings;
    private readonly TrafficClock _clock;
    private readonly List<PacedRxQueue> _queues = [];

    internal PacedPort(IPort inner, PaceSettings settings, TrafficClock clock)
    {
        _inner = inner;
        _settings = settings;
        _clock = clock;
    }

    public string Name => $"{_settings.Text}+{_inner.Name}";

    public PortCapabilities Capabilities => _inner.Capabilities;

    public LinkState Link => _inner.Link;

    public IReadOnlyList<string> Report => _inner.Report;

    public IReadOnlyList<string> Faults => _inner.Faults;

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        var paced = new PacedRxQueue(_inner.OpenRxQueue(queue, pool), _settings, _clock);
        _queues.Add(paced);
        return paced;
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool) => _inner.OpenTxQueue(queue, pool);

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        _inner.CollectCounters(counters);
        counters.Add(new PortCounter("pace_ended", _queues.TrueForAll(queue => queue.Life == RxQueueLife.Ended) ? 1 : 0));
        counters.Add(new PortCounter("pace_largest_lag_ns", _queues.Max(queue => (long?)queue.LargestLag) ?? 0));
    }

    public void Dispose()
    {
        _queues.ForEach(queue => queue.Close());
        _inner.Dispose();
    }
}
