using PollMode.Drivers.Software;
using Xunit;

namespace PollMode.Tests;

/// <summary>An engine on fake ports, with what its observer heard.</summary>
internal sealed class TestEngine : EngineObserver, IDisposable
{
    internal static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    internal TestEngine(string[] ports, Action<PipelineBuilder>? pipeline = null, Action<EngineOptions>? change = null)
    {
        var options = new EngineOptions { Ports = [.. ports], BuffersPerWorker = 1024, LargestPages = PageKind.Small4KiB, Workers = 1 };
        change?.Invoke(options);
        Engine = new Engine(options, new DriverRegistry().Add(Driver).Add(new NullDriver()), pipeline, this);
    }

    internal FakeDriver Driver { get; } = new();

    internal Engine Engine { get; }

    internal int Leaked { get; private set; }

    internal List<string> LeakExamples { get; } = [];

    internal List<Exception> CloseFaults { get; } = [];

    internal List<(int Worker, Exception Fault)> WorkerFaults { get; } = [];

    internal long StageFaults { get; private set; }

    internal List<string> PortFaults { get; } = [];

    public override void BuffersLeaked(IEngine engine, int count, IReadOnlyList<string> examples)
    {
        Leaked += count;
        LeakExamples.AddRange(examples);
    }

    public override void CloseFailed(IEngine engine, Exception fault) => CloseFaults.Add(fault);

    public override void WorkerFaulted(IEngine engine, int worker, Exception fault) => WorkerFaults.Add((worker, fault));

    public override void StageFaulted(IEngine engine, int worker, long faults, Exception last) => StageFaults += faults;

    public override void PortFaulted(IEngine engine, string port, string fault)
    {
        lock (PortFaults)
        {
            PortFaults.Add(fault);
        }
    }

    public void Dispose() => Engine.Dispose();

    internal EngineStatistics RunToEnd()
    {
        Engine.Open();
        Engine.Start();
        Assert.True(Engine.Completion.Wait(Long));
        Assert.True(Engine.Stop(Long));
        return Engine.Statistics;
    }

    /// <summary>Waits for the completion, which must fail.</summary>
    internal Exception WaitForFault()
    {
        Assert.True(SpinWait.SpinUntil(() => Engine.Completion.IsCompleted, Long));
        return Engine.Completion.Exception!.InnerException!;
    }

    /// <summary>Every packet received was sent, dropped for a reason, or is held by a stage; every buffer is home.</summary>
    internal void AssertConserved(EngineStatistics end, long held = 0)
    {
        Assert.Equal(end.RxPackets, end.TxPackets + end.Dropped.Values.Sum() + held);
        Assert.Equal(held, end.PoolInFlight);
        Assert.Equal(end.RxPackets, end.Workers.Sum(worker => worker.Received));
        Assert.All(Driver.Opened.SelectMany(port => port.Transmit), queue => Assert.False(queue.WasShared));
    }
}
