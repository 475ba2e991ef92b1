using System.Globalization;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The result as one page with charts.</summary>
internal static class HtmlReport
{
    private const int MostLatencySeries = 6;
    private static readonly double[] Percentiles = [0, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.995, 99.999];

    public static string Render(RunReport report)
    {
        var page = new HtmlPage($"packetgen {report.Command}");
        string ports = (report.TxPort, report.RxPort) switch
        {
            ("", var rx) => $"received by {rx}",
            (var tx, "") => $"sent by {tx}",
            (var tx, var rx) when tx == rx => $"by {tx}",
            (var tx, var rx) => $"{tx} to {rx}",
        };
        page.Paragraph($"{ports}{(report.Dut.Count > 0 ? $", device under test {string.Join(" and ", report.Dut)}" : string.Empty)}; {report.Time:yyyy-MM-dd HH:mm:ss} UTC{(report.Interrupted ? "; interrupted, the result so far" : string.Empty)}", "soft");
        if (report.Result is { } result)
        {
            page.Tiles(Summary(result));
        }

        foreach (ExpectationReport expectation in report.Expectations)
        {
            page.Paragraph($"Expected {expectation.Text}: {(expectation.Holds ? "holds" : "does not hold")}", expectation.Holds ? "good" : "bad");
        }

        if (report.Benchmarks.Count > 0)
        {
            BenchmarkCharts.Add(page, report.Benchmarks);
        }

        if (report.Result is { } run)
        {
            Run(page, run, report.Samples);
        }

        if (report.Audit.Count > 0)
        {
            page.Heading("Audit");
            page.List(report.Audit);
        }

        Again(page, report);
        return page.Finish();
    }

    private static IEnumerable<(string Name, string Value)> Summary(TrafficResult result)
    {
        if (result.Sent > 0)
        {
            yield return ("sent", Figures.Count(result.Sent));
            yield return ("rate achieved", Figures.Rate(Math.Round(result.PacketsPerSecond)));
            yield return ("rate asked for", result.AskedPacketsPerSecond > 0 ? Figures.Rate(Math.Round(result.AskedPacketsPerSecond)) : "maximum");
            yield return ("on the wire", Figures.Bits(result.WireBitsPerSecond));
        }

        yield return ("received", Figures.Count(result.Received));
        yield return ("loss", Figures.Percent(result.LossRatio));
        if (result.Latency.Count > 0)
        {
            yield return ("latency P50", TimeText.Format(result.Latency.P50));
            yield return ("latency P99", TimeText.Format(result.Latency.P99));
            yield return ("latency max", TimeText.Format(result.Latency.Max));
        }
    }

    private static void Run(HtmlPage page, TrafficResult result, IReadOnlyList<RateSample> samples)
    {
        page.Heading("Streams");
        page.Table(["stream", "sent", "received", "lost", "duplicated", "reordered", "corrupted", "P50", "P99", "P99.9", "max", "jitter"], result.Streams.Select(stream => (string[])[
            stream.Name, Figures.Count(stream.Sent), Figures.Count(stream.Received), Figures.Count(stream.Lost), Figures.Count(stream.Duplicated), Figures.Count(stream.Reordered), Figures.Count(stream.Corrupted),
            TimeText.Format(stream.Latency.P50), TimeText.Format(stream.Latency.P99), TimeText.Format(stream.Latency.P999), TimeText.Format(stream.Latency.Max), TimeText.Format(stream.JitterNanoseconds)]));
        if (samples.Count > 1)
        {
            page.Heading("Rate over time");
            page.Chart(new SvgChart("Rate over time",
                [
                    new("sent", [.. samples.Select(sample => (sample.Seconds, sample.SentPerSecond))]),
                    new("received", [.. samples.Select(sample => (sample.Seconds, sample.ReceivedPerSecond))]),
                    new("asked for", [.. samples.Where(sample => sample.AskedPerSecond > 0).Select(sample => (sample.Seconds, sample.AskedPerSecond))], IsDashed: true),
                ]).Lines(seconds => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.##} s"), Figures.Rate, "time from the start"));
        }

        ChartSeries[] latency = [.. result.Streams.Where(stream => stream.Histogram is { Count: > 0 }).Take(MostLatencySeries).Select(stream => Latency(stream.Name, stream.Histogram!))];
        if (latency.Length > 0)
        {
            page.Heading("Latency by percentile");
            page.Chart(new SvgChart("Latency by percentile", latency, logX: true, logY: true).Lines(PartText, TimeText.Format, "percentile: the packets that took no longer"));
        }

        if (result.Gaps is { AskedHistogram: { } asked, AchievedHistogram: { } achieved })
        {
            page.Heading("Gaps between packets");
            page.Chart(new SvgChart("Gaps between packets", [Counts("achieved", achieved), Counts("asked for", asked)], logX: true, logY: true)
                .Histogram(TimeText.Format, count => Figures.Count((long)count), "gap; packets that were handed over together are drawn at 1 ns"));
        }
    }

    /// <summary>Against the part of packets that take longer, so that the tail is as wide as the rest.</summary>
    private static ChartSeries Latency(string name, LogLinearHistogram histogram) =>
        new(name, [.. Percentiles.Where(percentile => percentile == 0 || histogram.Count * (100 - percentile) >= 100).Select(percentile => (100 / (100 - percentile), (double)histogram.ValueAt(percentile)))]);

    private static string PartText(double part) => part <= 1 ? "0 %" : string.Create(CultureInfo.InvariantCulture, $"{100 - (100 / part):0.#####} %");

    private static ChartSeries Counts(string name, LogLinearHistogram histogram) =>
        new(name, [.. histogram.Buckets().Select(bucket => ((double)Math.Max(1, bucket.Value), (double)bucket.Count))]);

    private static void Again(HtmlPage page, RunReport report)
    {
        page.Heading("To do it again");
        page.Code(string.Join(' ', report.Arguments.Select(Quote).Prepend("packetgen")));
        page.List(report.Plan);
        if (report.Machine is { } machine)
        {
            page.Paragraph($"packetgen {machine.Version}, {machine.Runtime}, on {machine.Host}: {machine.Processor}, {machine.Cores} cores, {machine.Kernel}; load average {machine.Load}; seed {report.Seed}", "soft");
        }
    }

    private static string Quote(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_=:.,/%+@".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
