using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>Over a veth pair and back, both ends in one worker.</summary>
internal sealed class VethWay : LoopWay
{
    public override string Name => "veth";

    public override string Description =>
        $"**veth, {Rate}.** The same, over a veth pair and back: sent by one end, received and reflected by the other, received by the first, all by AF_XDP in copy mode and by one worker on a core of its own. " +
        "Each packet is sent by two system calls, of which a core can do about 0.8 million a second here: 1 Mpps is not to be had.";

    public override IReadOnlyList<Allocation> Allocations { get; } = [Allocation.Idle, Allocation.Busy, Allocation.Hard];

    public override string? Missing => VethRig.Missing;

    protected override string Rate => "100kpps";

    public override Result Measure(Mode mode, Allocation allocation, Bench bench)
    {
        using var veth = new VethRig(bench.Stop);
        return Measure(mode, allocation, bench, ["traffic:start=later", veth.PortOf(VethRig.Near), veth.PortOf(VethRig.Far)], [1, 0, 2]);
    }
}
