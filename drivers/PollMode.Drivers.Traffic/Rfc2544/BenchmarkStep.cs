namespace PollMode.Drivers.Traffic;

/// <summary>A trial that is done: progress of a search.</summary>
/// <param name="Test">throughput, latency, loss or back-to-back.</param>
/// <param name="Size">The frame sizes.</param>
/// <param name="Offered">The rate, or the packets of the burst.</param>
/// <param name="LossRatio">Part of the packets that was lost.</param>
/// <param name="Verdict">What it says.</param>
/// <param name="KeptUp">Whether the sender achieved the rate.</param>
public sealed record BenchmarkStep(string Test, string Size, string Offered, double LossRatio, TrialVerdict Verdict, bool KeptUp);
