using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The benchmarks of one frame size.</summary>
internal sealed record SizeReport
{
    public required string Size { get; init; }

    /// <summary>Mean frame size in bytes, with FCS.</summary>
    public double MeanFrameBytes { get; init; }

    /// <summary>The highest rate to try, in packets of this size.</summary>
    public double HighestPacketsPerSecond { get; init; }

    public ThroughputResult? Throughput { get; init; }

    public ThroughputResult? PartialDrop { get; init; }

    public IReadOnlyList<TimeSummary> Latency { get; init; } = [];

    public IReadOnlyList<LossPoint> FrameLoss { get; init; } = [];

    public BackToBackResult? BackToBack { get; init; }

    /// <summary>Every trial, in order.</summary>
    public IReadOnlyList<BenchmarkStep> Trials { get; init; } = [];
}
