namespace PollMode.Isolation;

/// <summary>Keeps what an engine reports as lines until the app takes them; of too many the oldest are forgotten.</summary>
internal sealed class EventLines : EngineObserver
{
    private const int Most = 1000;

    private readonly Lock _gate = new();
    private List<string> _lines = [];

    public override void ArenaReady(IEngine engine, IReadOnlyList<string> report)
    {
        foreach (string line in report)
        {
            Add($"memory: {line}");
        }
    }

    public override void PortOpened(IEngine engine, int index, OpenedPort port)
    {
        Add($"port {index} is {port.Name}, link {port.Link}");
        foreach (string line in port.Report)
        {
            Add($"port {index}: {line}");
        }
    }

    public override void WorkerStarted(IEngine engine, int index, int? cpu, IReadOnlyList<string> queues) =>
        Add($"worker {index} on {(cpu is { } core ? $"core {core}" : "any core")} polls {string.Join(", ", queues)}");

    public override void StageFaulted(IEngine engine, int worker, long faults, Exception last) =>
        Add($"stages of worker {worker} threw {faults} time(s): {last}");

    public override void WorkerFaulted(IEngine engine, int worker, Exception fault) => Add($"worker {worker} has ended because of a fault: {fault}");

    public override void LinkChanged(IEngine engine, int port, string name, LinkState link) => Add($"the link of port {port} is {link}");

    public override void BuffersLeaked(IEngine engine, int count, IReadOnlyList<string> examples) =>
        Add($"{count} buffer(s) were still out when the engine closed: {string.Join("; ", examples)}");

    public override void CloseFailed(IEngine engine, Exception fault) => Add($"closing failed in part: {fault.Message}");

    internal List<string> Take()
    {
        lock (_gate)
        {
            List<string> lines = _lines;
            _lines = [];
            return lines;
        }
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            if (_lines.Count == Most)
            {
                _lines.RemoveAt(0);
            }

            _lines.Add(line);
        }
    }
}
