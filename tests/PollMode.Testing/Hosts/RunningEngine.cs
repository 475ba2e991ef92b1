using Xunit;

namespace PollMode.Testing;

/// <summary>An engine that forwards between the ports it is given, from its making to its end, where every buffer must come home.</summary>
public sealed class RunningEngine : IDisposable
{
    public RunningEngine(DriverRegistry drivers, Action<EngineOptions>? change, params string[] ports)
        : this(drivers, change, null, ports)
    {
    }

    public RunningEngine(DriverRegistry drivers, Action<EngineOptions>? change, Action<PipelineBuilder>? pipeline, params string[] ports)
    {
        var options = new EngineOptions { Ports = ports, LargestPages = PageKind.Small4KiB, Idle = IdleKind.Adaptive, Workers = 1 };
        change?.Invoke(options);
        Engine = new Engine(options, drivers, pipeline);
        Engine.Open();
        Engine.Start();
    }

    public RunningEngine(DriverRegistry drivers, params string[] ports)
        : this(drivers, null, null, ports)
    {
    }

    public Engine Engine { get; }

    public IPort this[int port] => Engine.Ports[port];

    /// <summary>Frames received by a port so far.</summary>
    public long ReceivedBy(int port) => Engine.Statistics.Ports[port].Receive.Sum(queue => queue.Packets);

    /// <summary>Stops and closes, then fails unless every buffer came home.</summary>
    public EngineStatistics Finish()
    {
        Engine.Stop(TimeSpan.FromSeconds(10));
        Engine.Dispose();
        EngineStatistics statistics = Engine.Statistics;
        Assert.All(statistics.Pools, pool => Assert.Equal(0, pool.InFlight));
        return statistics;
    }

    public void Dispose() => Engine.Dispose();
}
