using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The benchmarks of one frame size.</summary>
internal sealed record SizeReport
{
    public required string Size { get; init; }

    public ThroughputResult? Throughput { get; init; }

    public ThroughputResult? PartialDrop { get; init; }

    public IReadOnlyList<TimeSummary> Latency { get; init; } = [];

    public IReadOnlyList<LossPoint> FrameLoss { get; init; } = [];

    public double? BackToBackPackets { get; init; }
}
