namespace PollMode.Drivers.Software;

/// <summary>A port with a capture of what passes it.</summary>
internal sealed class CapturePort : IPort
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IPort _inner;
    private readonly CaptureSettings _settings;
    private readonly CaptureWriter _writer;
    private readonly TimeProvider _time;

    internal CapturePort(IPort inner, PortSpec spec, CaptureSettings settings, TimeProvider time)
    {
        _inner = inner;
        _settings = settings;
        _time = time;
        Name = $"{spec.Text}+{inner.Name}";
        _writer = new CaptureWriter(settings.Write, inner.Name, Patience);
    }

    public string Name { get; }

    public PortCapabilities Capabilities => _inner.Capabilities;

    public LinkState Link => _inner.Link;

    public IReadOnlyList<string> Faults => _writer.FaultSentence is { } broken ? [.. _inner.Faults, broken] : _inner.Faults;

    public IReadOnlyList<string> Report => _writer.FaultSentence is { } fault
        ? [.. _inner.Report, _writer.Description, fault]
        : [.. _inner.Report, _writer.Description];

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        IRxQueue inner = _inner.OpenRxQueue(queue, pool);
        return _settings.Receives ? new CaptureRxQueue(inner, _writer.OpenLane(CaptureDirection.Inbound), _time) : inner;
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        ITxQueue inner = _inner.OpenTxQueue(queue, pool);
        return _settings.Sends ? new CaptureTxQueue(inner, _writer.OpenLane(CaptureDirection.Outbound), _time) : inner;
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        _inner.CollectCounters(counters);
        counters.Add(new PortCounter("capture_written", _writer.Written));
        counters.Add(new PortCounter("capture_dropped", _writer.Dropped));
        counters.Add(new PortCounter("capture_write_errors", _writer.Lost));
    }

    public void Dispose()
    {
        try
        {
            _inner.Dispose();
        }
        finally
        {
            _writer.Dispose();
        }
    }
}
