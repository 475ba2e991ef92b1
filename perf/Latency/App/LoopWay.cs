using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>One worker makes the packets, sends them on their way, receives them and measures: on a core of its own, with the app on the other.</summary>
internal abstract class LoopWay : IWay
{
    public abstract string Name { get; }

    public abstract string Description { get; }

    public virtual IReadOnlyList<Mode> Modes { get; } = [Mode.Plain, Mode.Library, Mode.Process];

    public abstract IReadOnlyList<Allocation> Allocations { get; }

    public abstract string? Missing { get; }

    /// <summary>Packets per second.</summary>
    protected abstract string Rate { get; }

    public abstract Result Measure(Mode mode, Allocation allocation, Bench bench);

    /// <summary>Measures with an engine of these ports, the first of which makes the load.</summary>
    protected Result Measure(Mode mode, Allocation allocation, Bench bench, IReadOnlyList<string> ports, IReadOnlyList<int> egress)
    {
        using HostProcess host = HostProcess.Start(
            new HostOptions { Mode = mode, Allocation = allocation, Ports = ports, Egress = egress, Core = bench.Core, OffCore = bench.Core, RealTime = bench.RealTimePriority },
            weighty: true,
            bench.Stop);
        host.Measure(LoadOf(bench.WarmUpSeconds));
        HostAnswer answer = host.Measure(LoadOf(bench.Seconds));
        return new Result(mode, allocation, answer.Figures!, answer);
    }

    private Load LoadOf(double seconds) => new(Rate, "constant", seconds, FromDueTime: true);
}
