namespace PollMode.Drivers.Traffic;

/// <summary>A histogram of times in ten numbers, in nanoseconds.</summary>
/// <param name="Count">Values.</param>
/// <param name="Min">The smallest, exactly.</param>
/// <param name="Mean">The mean, exactly.</param>
/// <param name="P50">What half of them do not exceed.</param>
/// <param name="P90">What 90 % do not exceed.</param>
/// <param name="P99">What 99 % do not exceed.</param>
/// <param name="P999">What 99.9 % do not exceed.</param>
/// <param name="P9999">What 99.99 % do not exceed.</param>
/// <param name="P99999">What 99.999 % do not exceed.</param>
/// <param name="Max">The largest, exactly.</param>
public sealed record TimeSummary(long Count, long Min, double Mean, long P50, long P90, long P99, long P999, long P9999, long P99999, long Max)
{
    /// <summary>Sums up a histogram.</summary>
    public static TimeSummary Of(LogLinearHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        return new TimeSummary(
            histogram.Count,
            histogram.Minimum,
            histogram.Mean,
            histogram.ValueAt(50),
            histogram.ValueAt(90),
            histogram.ValueAt(99),
            histogram.ValueAt(99.9),
            histogram.ValueAt(99.99),
            histogram.ValueAt(99.999),
            histogram.Maximum);
    }
}
