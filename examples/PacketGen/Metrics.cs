using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>What can be expected, by the names that users write.</summary>
internal static class Metrics
{
    /// <summary>Of a run, a replay or a join.</summary>
    public static IReadOnlyDictionary<string, Metric<TrafficResult>> OfRun { get; } = new Dictionary<string, Metric<TrafficResult>>(StringComparer.Ordinal)
    {
        ["loss"] = new(MetricUnit.Part, result => result.LossRatio),
        ["lost"] = new(MetricUnit.Count, result => result.Lost),
        ["duplicated"] = new(MetricUnit.Count, result => result.Duplicated),
        ["reordered"] = new(MetricUnit.Count, result => result.Reordered),
        ["corrupted"] = new(MetricUnit.Count, result => result.Corrupted),
        ["foreign"] = new(MetricUnit.Count, result => result.Foreign),
        ["sent"] = new(MetricUnit.Count, result => result.Sent),
        ["received"] = new(MetricUnit.Count, result => result.Received),
        ["rate"] = new(MetricUnit.PacketRate, result => result.PacketsPerSecond),
        ["drift"] = new(MetricUnit.Count, result => result.Gaps is { } gaps ? Math.Abs(gaps.DriftPpm) : null),
        ["jitter"] = new(MetricUnit.Time, result => result.Latency.Count > 0 ? result.Streams.Max(stream => stream.JitterNanoseconds) : null),
        ["min"] = OfLatency(latency => latency.Min),
        ["mean"] = OfLatency(latency => latency.Mean),
        ["p50"] = OfLatency(latency => latency.P50),
        ["p90"] = OfLatency(latency => latency.P90),
        ["p99"] = OfLatency(latency => latency.P99),
        ["p99.9"] = OfLatency(latency => latency.P999),
        ["p99.99"] = OfLatency(latency => latency.P9999),
        ["p99.999"] = OfLatency(latency => latency.P99999),
        ["max"] = OfLatency(latency => latency.Max),
    };

    /// <summary>Of the benchmarks of one frame size; an expectation must hold for each.</summary>
    public static IReadOnlyDictionary<string, Metric<SizeReport>> OfBenchmark { get; } = new Dictionary<string, Metric<SizeReport>>(StringComparer.Ordinal)
    {
        ["throughput"] = new(MetricUnit.PacketRate, size => size.Throughput?.PacketsPerSecond),
        ["percent"] = new(MetricUnit.Part, size => size.Throughput?.PercentOfHighest / 100),
        ["pdr"] = new(MetricUnit.PacketRate, size => size.PartialDrop?.PacketsPerSecond),
        ["back-to-back"] = new(MetricUnit.Count, size => size.BackToBack?.Packets),
        ["mean"] = OfSize(latency => latency.Mean),
        ["p50"] = OfSize(latency => latency.P50),
        ["p99"] = OfSize(latency => latency.P99),
        ["p99.9"] = OfSize(latency => latency.P999),
        ["max"] = OfSize(latency => latency.Max),
    };

    private static Metric<TrafficResult> OfLatency(Func<TimeSummary, double> value) => new(MetricUnit.Time, result => result.Latency.Count > 0 ? value(result.Latency) : null);

    /// <summary>The worst of the latency trials.</summary>
    private static Metric<SizeReport> OfSize(Func<TimeSummary, double> value) => new(MetricUnit.Time, size => size.Latency.Count > 0 ? size.Latency.Max(value) : null);
}
