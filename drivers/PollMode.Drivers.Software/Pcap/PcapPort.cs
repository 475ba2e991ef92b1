namespace PollMode.Drivers.Software;

/// <summary>A port whose wire is a capture: it receives the frames of one file and sends into another.</summary>
internal sealed class PcapPort : IPort
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PcapSettings _settings;
    private readonly TimeProvider _time;
    private readonly int _index;
    private readonly CaptureReader? _reader;
    private readonly CaptureWriter? _writer;
    private readonly HashSet<int> _txQueues = [];
    private readonly List<PcapTxQueue> _tx = [];
    private PcapRxQueue? _rx;
    private bool _isDisposed;

    internal PcapPort(PortSpec spec, PcapSettings settings, PortContext context, TimeProvider time)
    {
        Name = spec.Text;
        _settings = settings;
        _time = time;
        _index = context.PortIndex;

        // The file to read first: a spec that is wrong must not cost the file it would have written.
        _reader = settings.ReadPath.Length > 0 ? CaptureReader.Open(settings.ReadPath, settings.Laps) : null;
        try
        {
            _writer = settings.Write is { } write ? new CaptureWriter(write, $"port {_index}", Patience) : null;
        }
        catch
        {
            _reader?.Dispose();
            throw;
        }

        Capabilities = new PortCapabilities
        {
            RxQueues = _reader == null ? 0 : 1,
            TxQueues = _writer == null ? 0 : int.MaxValue,
            MaxFrameBytes = CaptureFormat.MaxFrameBytes,
            Segments = true,
            RxFacts = PacketFlags.HasTimestamp,
        };
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => LinkState.Up;

    public IReadOnlyList<string> Report
    {
        get
        {
            var lines = new List<string>();
            if (_reader != null)
            {
                string pace = _settings.Speed > 0 ? $"at {_settings.Speed} times the recorded pace" : "as fast as possible";
                string laps = _settings.Laps == long.MaxValue ? "for ever" : $"{_settings.Laps} time(s)";
                lines.Add($"{_reader.Description}; {laps}, {pace}");
            }

            if (_writer != null)
            {
                lines.Add(_writer.Description);
            }

            lines.AddRange(Faults);
            return lines;
        }
    }

    public IReadOnlyList<string> Faults => (_reader?.FaultSentence, _writer?.FaultSentence) is (null, null) ? [] : [.. new[] { _reader?.FaultSentence, _writer?.FaultSentence }.OfType<string>()];

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        if (_reader == null || queue != 0 || _rx != null)
        {
            throw new PollModeException($"'{Name}' has no receive queue {queue} to open; a capture is read through one queue, opened once.");
        }

        return _rx = new PcapRxQueue(_reader, _settings.Speed > 0 ? new CapturePacer(_time, _settings.Speed) : null, _index, pool);
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        if (_writer == null)
        {
            throw new PollModeException($"'{Name}' writes no capture, so that nothing can be sent through it; give it one with tx=out.pcapng.");
        }

        if (queue < 0 || !_txQueues.Add(queue))
        {
            throw new PollModeException($"'{Name}' has no transmit queue {queue} to open; each is opened once, counted from 0.");
        }

        var transmit = new PcapTxQueue(_writer.OpenLane(CaptureDirection.Unknown), _settings.Write!.WaitsWhenFull, pool, _time);
        _tx.Add(transmit);
        return transmit;
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        if (_reader != null)
        {
            counters.Add(new PortCounter("laps", _reader.LapsDone + (_reader.HasEnded ? 1 : 0)));
            counters.Add(new PortCounter("truncated", _reader.Fault == CaptureFaultKind.Truncated ? 1 : 0));
            counters.Add(new PortCounter("corrupt", _reader.Fault is CaptureFaultKind.None or CaptureFaultKind.Truncated ? 0 : 1));
            counters.Add(new PortCounter("shortened", _rx?.Shortened ?? 0));
            counters.Add(new PortCounter("other_link", _reader.OtherLinkFrames));
        }

        if (_writer != null)
        {
            counters.Add(new PortCounter("written", _writer.Written));
            counters.Add(new PortCounter("dropped_backpressure", _writer.Dropped));
            counters.Add(new PortCounter("write_errors", _writer.Lost));
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _reader?.Dispose();
        try
        {
            _writer?.Dispose();
        }
        finally
        {
            _tx.ForEach(queue => queue.CountDropped());
        }
    }
}
