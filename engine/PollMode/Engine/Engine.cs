namespace PollMode;

/// <summary>
/// Reads the configuration, opens ports, starts, drains and stops the workers. Probe, allocate, open, run; then stop receiving, drain,
/// join, return buffers, report leaks, close. Several engines may live in one process.
/// </summary>
/// <remarks>Its methods are called by one thread at a time; statistics are read from any.</remarks>
public sealed class Engine : IEngine
{
    private readonly EngineOptions _options;
    private readonly DriverRegistry _drivers;
    private readonly Action<PipelineBuilder>? _pipeline;
    private readonly EngineObserver? _observer;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _statisticsGate = new();
    private EngineParts? _parts;
    private EngineMonitor? _monitor;
    private EngineStatistics? _final;

    /// <summary>Makes an engine; nothing is opened yet.</summary>
    /// <param name="options">The configuration. Borrowed; not changed afterwards.</param>
    /// <param name="drivers">The drivers that port specs may name.</param>
    /// <param name="pipeline">Adds the stages; null for plain forwarding.</param>
    /// <param name="observer">Hears what happens; may be null.</param>
    /// <exception cref="PollModeException">The options contradict themselves.</exception>
    public Engine(EngineOptions options, DriverRegistry drivers, Action<PipelineBuilder>? pipeline = null, EngineObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(drivers);
        IReadOnlyList<string> faults = options.Validate();
        if (faults.Count > 0)
        {
            throw new PollModeException(string.Join(" ", faults));
        }

        _options = options;
        _drivers = drivers;
        _pipeline = pipeline;
        _observer = observer;
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public EngineState State { get; private set; }

    /// <summary>The ports, by index; empty before <see cref="Open"/> and after <see cref="Dispose"/>.</summary>
    public IReadOnlyList<IPort> Ports => _parts?.Ports ?? [];

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>Traces of packets that a trace port marked.</summary>
    public PacketTrace Trace { get; } = new();

    /// <inheritdoc/>
    public EngineStatistics Statistics
    {
        get
        {
            lock (_statisticsGate)
            {
                return _final ?? _parts?.Statistics ?? new EngineStatistics { Ports = [], Workers = [], Pools = [] };
            }
        }
    }

    /// <summary>Packets that all workers have received so far, for callers that look often: allocates nothing. From any thread.</summary>
    public long ReceivedPackets
    {
        get
        {
            long received = 0;
            foreach (Worker worker in _parts?.Workers ?? [])
            {
                received += worker.Received;
            }

            return received;
        }
    }

    /// <summary>True while every worker that should run does so and turns.</summary>
    public bool IsHealthy => State == EngineState.Running && _parts is { } parts && parts.Workers.All(worker => !worker.HasEnded);

    /// <inheritdoc/>
    public void Open()
    {
        Require(EngineState.Created, nameof(Open));
        var parts = new EngineParts(this, _options, _drivers, _observer);
        try
        {
            parts.Open(_pipeline, Trace);
        }
        catch
        {
            parts.Dispose();
            throw;
        }

        _parts = parts;
        State = EngineState.Opened;
    }

    /// <inheritdoc/>
    public void Start()
    {
        Require(EngineState.Opened, nameof(Start));
        State = EngineState.Running;
        _parts!.Start();
        _monitor = new EngineMonitor(this, _parts, _observer, _completion);
    }

    /// <inheritdoc/>
    public void StopReceiving()
    {
        if (State == EngineState.Running)
        {
            _parts!.StopReceiving();
        }
    }

    /// <inheritdoc/>
    public bool Stop(TimeSpan timeout)
    {
        if (State != EngineState.Running)
        {
            return true;
        }

        bool drained = _parts!.Stop(timeout);
        _monitor?.Dispose();
        State = EngineState.Stopped;
        _observer?.Stopped(this, Statistics);
        _completion.TrySetResult();
        return drained;
    }

    /// <summary>Stops if need be, brings every buffer home, reports those that are missing, and closes the ports.</summary>
    public void Dispose()
    {
        if (State == EngineState.Closed)
        {
            return;
        }

        Stop(TimeSpan.FromSeconds(1));
        lock (_statisticsGate)
        {
            if (_parts is { } parts)
            {
                parts.Close(TimeSpan.FromMilliseconds(200));
                _final = parts.FinalStatistics;
                _parts = null;
            }
        }

        State = EngineState.Closed;
        _completion.TrySetResult();
    }

    private void Require(EngineState state, string call)
    {
        if (State != state)
        {
            throw new InvalidOperationException($"{call} needs the engine to be {state}, and it is {State}.");
        }
    }
}
