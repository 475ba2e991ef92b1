using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>Over a ring port.</summary>
internal sealed class RingWay : LoopWay
{
    public override string Name => "ring";

    public override string Description =>
        $"**Ring, {Rate}.** One worker on a core of its own makes a packet when it is due, sends it by `ring:a`, receives it from there, swaps its addresses and measures it; the app has the other core. Both are in a scheduling group of nice -19, so that other programs of the machine seldom preempt them. " +
        "Latency runs from when the packet was *due*, so that whatever holds the worker up is in it. testpmd's rings cannot be reached from outside, and it has no such clock inside. " +
        "The bare loop is no engine: a process whose one thread does nothing there but look at the clock; it notes how late it saw each packet's time.";

    public override IReadOnlyList<Mode> Modes { get; } = [Mode.Plain, Mode.Library, Mode.Process, Mode.Bare];

    public override IReadOnlyList<Allocation> Allocations { get; } = Enum.GetValues<Allocation>();

    public override string? Missing => null;

    protected override string Rate => "1Mpps";

    public override Result Measure(Mode mode, Allocation allocation, Bench bench) => mode == Mode.Bare
        ? BareLoop.Measure(allocation, bench)
        : Measure(mode, allocation, bench, ["traffic:start=later", "ring:a"], [1, 0]);
}
