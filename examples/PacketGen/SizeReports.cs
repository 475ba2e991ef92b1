using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>What benchmarks have found so far, by frame size. One thread adds, any may look: what it sees is never half changed.</summary>
internal sealed class SizeReports
{
    private volatile IReadOnlyList<SizeReport> _all = [];

    public IReadOnlyList<SizeReport> All => _all;

    /// <summary>Starts with a size.</summary>
    public void Add(FrameSizes size, Rate highest) => _all = [.. _all, new SizeReport { Size = size.ToString(), MeanFrameBytes = size.Mean, HighestPacketsPerSecond = highest.PacketsPerSecond(size.Mean) }];

    /// <summary>Notes something about the size that was added last.</summary>
    public void Change(Func<SizeReport, SizeReport> change) => _all = [.. _all.SkipLast(1), change(_all[^1])];
}
