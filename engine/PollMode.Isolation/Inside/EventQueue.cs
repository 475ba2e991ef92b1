namespace PollMode.Isolation;

/// <summary>Keeps what an engine reports until the app takes it; of too many events the oldest are forgotten. No poll thread comes here.</summary>
internal sealed class EventQueue : EngineObserver
{
    private const int Most = 1000;

    private readonly object _gate = new();
    private List<EngineEvent> _events = [];
    private bool _closed;

    public override void ArenaReady(IEngine engine, IReadOnlyList<string> report) => Add(new(EngineEventKind.ArenaReady) { Lines = report });

    public override void PortOpened(IEngine engine, int index, OpenedPort port) => Add(new(EngineEventKind.PortOpened) { Index = index, Port = port });

    public override void WorkerStarted(IEngine engine, int index, int? cpu, IReadOnlyList<string> queues) =>
        Add(new(EngineEventKind.WorkerStarted) { Index = index, Cpu = cpu, Lines = queues });

    public override void StageFaulted(IEngine engine, int worker, long faults, Exception last) =>
        Add(new(EngineEventKind.StageFaulted) { Index = worker, Count = faults, Fault = FaultText.Of(last) });

    public override void WorkerFaulted(IEngine engine, int worker, Exception fault) =>
        Add(new(EngineEventKind.WorkerFaulted) { Index = worker, Fault = FaultText.Of(fault) });

    public override void WorkerHangs(IEngine engine, int worker, TimeSpan waited) => Add(new(EngineEventKind.WorkerHangs) { Index = worker, Waited = waited });

    public override void LinkChanged(IEngine engine, int port, string name, LinkState link) =>
        Add(new(EngineEventKind.LinkChanged) { Index = port, Text = name, Link = link });

    public override void Stopped(IEngine engine, EngineStatistics statistics) => Add(new(EngineEventKind.Stopped) { Statistics = statistics });

    public override void BuffersLeaked(IEngine engine, int count, IReadOnlyList<string> examples) =>
        Add(new(EngineEventKind.BuffersLeaked) { Count = count, Lines = examples });

    public override void PortFaulted(IEngine engine, string port, string fault) => Add(new(EngineEventKind.PortFaulted) { Text = port, Lines = [fault] });

    public override void GrowthFailed(IEngine engine, Exception fault) => Add(new(EngineEventKind.GrowthFailed) { Fault = FaultText.Of(fault) });

    public override void CloseFailed(IEngine engine, Exception fault) => Add(new(EngineEventKind.CloseFailed) { Fault = FaultText.Of(fault) });

    internal void Completed(Exception? fault) => Add(new(EngineEventKind.Completed) { Fault = fault == null ? null : FaultText.Of(fault) });

    /// <summary>Returns when there are events, when there will be none any more, or when the time is over.</summary>
    internal void Wait(TimeSpan patience)
    {
        lock (_gate)
        {
            if (_events.Count == 0 && !_closed)
            {
                Monitor.Wait(_gate, patience);
            }
        }
    }

    internal List<EngineEvent> Take()
    {
        lock (_gate)
        {
            List<EngineEvent> events = _events;
            _events = [];
            return events;
        }
    }

    /// <summary>Lets whoever waits go on.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Add(EngineEvent happened)
    {
        lock (_gate)
        {
            if (_events.Count == Most)
            {
                _events.RemoveAt(0);
            }

            _events.Add(happened);
            Monitor.PulseAll(_gate);
        }
    }
}
