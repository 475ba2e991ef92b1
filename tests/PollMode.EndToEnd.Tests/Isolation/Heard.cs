using System.Collections.Concurrent;

namespace PollMode.EndToEnd.Tests;

/// <summary>What an observer on the app's side heard.</summary>
internal sealed class Heard : EngineObserver
{
    private readonly ConcurrentQueue<(int Worker, Exception Fault)> _faults = new();

    internal List<OpenedPort> Ports { get; } = [];

    internal (int Worker, Exception Fault)[] WorkerFaults => [.. _faults];

    internal Exception? Loss { get; private set; }

    internal int Stops { get; private set; }

    public override void PortOpened(IEngine engine, int index, OpenedPort port) => Ports.Add(port);

    public override void WorkerFaulted(IEngine engine, int worker, Exception fault) => _faults.Enqueue((worker, fault));

    public override void Lost(IEngine engine, Exception fault) => Loss = fault;

    public override void Stopped(IEngine engine, EngineStatistics statistics) => Stops++;
}
