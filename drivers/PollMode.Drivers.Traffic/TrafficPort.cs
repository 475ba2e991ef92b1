namespace PollMode.Drivers.Traffic;

/// <summary>
/// A port that makes load and measures what becomes of it: its receive side generates the packets that a plan says are due, its transmit
/// side takes what came back and looks for them. In an engine with the ports <c>[traffic, X]</c> packets go out by X, and what X receives is measured.
/// </summary>
/// <remarks>Plans are started and results read from any thread; the queues belong to their workers.</remarks>
public sealed class TrafficPort : IPort
{
    private readonly TrafficClock _clock;
    private readonly TrafficPlan? _first;
    private readonly bool _endsWithRun;
    private readonly int _index;
    private readonly Lock _gate = new();
    private TrafficSource? _source;
    private TrafficSink? _sink;
    private TrafficRun? _run;
    private bool _sends = true;
    private int _runs;

    internal TrafficPort(string name, TrafficPlan? plan, TimeProvider clock, PortContext context)
    {
        Name = name;
        _clock = new TrafficClock(clock);
        _first = plan;
        _endsWithRun = plan != null;
        _index = context.PortIndex;
        LongestFrameBytes = context.Arena.BufferBytes - context.Arena.HeadroomBytes + EthernetWire.FcsBytes;
        Capabilities = new PortCapabilities { MaxFrameBytes = FrameSizes.Longest, Segments = true, ZeroCopy = true };
        if (plan != null)
        {
            Start(plan);
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PortCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public LinkState Link => LinkState.Up;

    /// <inheritdoc/>
    public IReadOnlyList<string> Report => _first == null
        ? ["waits for a plan"]
        : [.. _first.Streams.Select(stream => $"{stream.Name}: {stream.Rates}, {stream.Spacing}, {stream.Sizes} bytes")];

    /// <summary>Bytes of the longest frame, FCS included, that fits a buffer of the engine.</summary>
    public int LongestFrameBytes { get; }

    /// <summary>Whether the run that was started last has handed out all its packets.</summary>
    public bool IsSent => _run?.IsSent ?? true;

    /// <summary>Packets handed out in the run that was started last.</summary>
    public long SentPackets => _run?.Streams.Sum(stream => Volatile.Read(ref stream.Packets)) ?? 0;

    /// <summary>Packets of that run that came, whole or damaged, each whole one counted once.</summary>
    public long ArrivedPackets => _run is { } run
        ? run.Receivers.Sum(receiver => Volatile.Read(ref receiver.Packets) + Volatile.Read(ref receiver.Corrupted)) + Volatile.Read(ref run.CorruptedUnknown)
        : 0;

    /// <summary>The run that was started last, as it is now; null before the first.</summary>
    public TrafficResult? Result => _run is { } run ? TrafficResults.Of(run, _sends) : null;

    /// <summary>Starts a run, which replaces the one before: what still comes of that counts as of another run. The schedule begins when the source is polled next.</summary>
    /// <param name="plan">What to send. Borrowed; not changed afterwards.</param>
    /// <param name="sends">False to measure only: nothing is sent.</param>
    /// <exception cref="PollModeException">The plan cannot be; nothing has been started.</exception>
    public void Start(TrafficPlan plan, bool sends = true)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.Validate();
        foreach (StreamPlan stream in plan.Streams)
        {
            if (stream.Sizes.Sizes.Max() > LongestFrameBytes)
            {
                throw new PollModeException(
                    $"The stream '{stream.Name}' has frames of {stream.Sizes.Sizes.Max()} bytes with FCS, and a buffer of this engine holds {LongestFrameBytes}; make them shorter or raise BufferBytes.");
            }
        }

        lock (_gate)
        {
            var run = new TrafficRun(plan, ++_runs & 15, sends);
            _sends = sends;
            _run = run;
            _sink?.Start(run);
            _source?.Start(run);
        }
    }

    /// <summary>Ends the run early: no more packets are handed out. What is under way is still measured.</summary>
    public void StopSending() => _run?.AskStop();

    /// <inheritdoc/>
    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        lock (_gate)
        {
            CheckQueue(queue, _source != null, "receive");
            _source = new TrafficSource(_clock, pool, _index, _endsWithRun);
            if (_run != null)
            {
                _source.Start(_run);
            }

            return _source;
        }
    }

    /// <inheritdoc/>
    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        lock (_gate)
        {
            CheckQueue(queue, _sink != null, "transmit");
            _sink = new TrafficSink(_clock, pool);
            if (_run != null)
            {
                _sink.Start(_run);
            }

            return _sink;
        }
    }

    /// <inheritdoc/>
    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        if (Result is not { } result)
        {
            return;
        }

        counters.Add(new PortCounter("traffic_sent", result.Sent));
        counters.Add(new PortCounter("traffic_received", result.Received));
        counters.Add(new PortCounter("traffic_lost", result.Lost));
        counters.Add(new PortCounter("traffic_duplicated", result.Duplicated));
        counters.Add(new PortCounter("traffic_reordered", result.Reordered));
        counters.Add(new PortCounter("traffic_corrupted", result.Corrupted));
        counters.Add(new PortCounter("traffic_foreign", result.Foreign));
        counters.Add(new PortCounter("traffic_other_runs", result.OtherRuns));
        counters.Add(new PortCounter("traffic_slips", result.Slips));
        counters.Add(new PortCounter("traffic_latency_p50_ns", result.Latency.P50));
        counters.Add(new PortCounter("traffic_latency_p99_ns", result.Latency.P99));
        counters.Add(new PortCounter("traffic_latency_max_ns", result.Latency.Max));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _source?.Close();
        }
    }

    private void CheckQueue(int queue, bool isOpen, string kind)
    {
        if (queue != 0 || isOpen)
        {
            throw new PollModeException($"The port '{Name}' has one {kind} queue, number 0, to be opened once; number {queue} was asked for{(isOpen ? " and one is open" : string.Empty)}.");
        }
    }
}
