using System.Globalization;
using System.Net;
using System.Text;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The result as one page with charts: no script, no font, nothing from a network.</summary>
internal static class HtmlReport
{
    private const string Style =
        "body{font:14px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}" +
        "table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}" +
        "svg{width:100%;height:auto}svg text{font:11px system-ui,sans-serif;fill:#444}.grid{stroke:#ddd}.bad{color:#b00}";

    public static string Render(RunReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>packetgen {Text(report.Command)}</title><style>{Style}</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>packetgen {Text(report.Command)}</h1><p>{Text(report.TxPort)} to {Text(report.RxPort)}, seed {report.Seed}{(report.Interrupted ? ", <b>interrupted</b>" : string.Empty)}</p>\n");
        List(page, report.Plan);
        List(page, report.Audit);
        foreach (ExpectationReport expectation in report.Expectations)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p{(expectation.Holds ? string.Empty : " class=\"bad\"")}>Expected {Text(expectation.Text)}: {(expectation.Holds ? "holds" : "does not hold")}</p>\n");
        }

        if (report.Benchmarks.Count > 0)
        {
            Benchmarks(page, report.Benchmarks);
        }

        if (report.Result is { } result)
        {
            Run(page, result, report.Samples);
        }

        return page.Append("</body></html>\n").ToString();
    }

    private static void Run(StringBuilder page, TrafficResult result, IReadOnlyList<RateSample> samples)
    {
        page.Append("<h2>Streams</h2>");
        Table(page, ["stream", "sent", "received", "lost", "duplicated", "reordered", "corrupted", "P50", "P99", "max", "jitter"], result.Streams.Select(stream => (string[])[
            stream.Name, Count(stream.Sent), Count(stream.Received), Count(stream.Lost), Count(stream.Duplicated), Count(stream.Reordered), Count(stream.Corrupted),
            TimeText.Format(stream.Latency.P50), TimeText.Format(stream.Latency.P99), TimeText.Format(stream.Latency.Max), TimeText.Format(stream.JitterNanoseconds)]));
        if (samples.Count > 0)
        {
            page.Append("<h2>Rate over time</h2>").Append(new SvgChart(
                [new("sent", [.. samples.Select(sample => (sample.Seconds, sample.SentPerSecond))]), new("received", [.. samples.Select(sample => (sample.Seconds, sample.ReceivedPerSecond))])],
                seconds => $"{seconds:0.##} s",
                Audit.Show).Render());
        }

        if (result.Histogram is { Count: > 0 } latency)
        {
            // Against the part of packets that take longer, so that the tail is as wide as the rest.
            double[] percentiles = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999];
            page.Append("<h2>Latency percentiles</h2>").Append(new SvgChart(
                [new("latency", [.. percentiles.Select(percentile => (100 / (100 - percentile), (double)latency.ValueAt(percentile)))])],
                part => string.Create(CultureInfo.InvariantCulture, $"{100 - (100 / part):0.####} %"),
                TimeText.Format,
                logX: true,
                logY: true).Render());
        }

        if (result.Gaps is { AskedHistogram: { } asked, AchievedHistogram: { } achieved })
        {
            page.Append("<h2>Gaps between packets, asked for and achieved</h2><p>Packets of one burst, without a gap, are drawn at 1 ns.</p>").Append(new SvgChart(
                [Needles("achieved", achieved), Needles("asked for", asked)], TimeText.Format, count => count.ToString("N0", CultureInfo.InvariantCulture), logX: true, logY: true, bars: true).Render());
        }
    }

    private static void Benchmarks(StringBuilder page, IReadOnlyList<SizeReport> sizes)
    {
        page.Append("<h2>RFC 2544</h2>");
        Table(page, ["frame size", "throughput", "of highest", "frames", "partial drop", "latency mean", "latency P99", "back-to-back"], sizes.Select(size => (string[])[
            size.Size,
            size.Throughput is { } throughput ? Audit.Show(throughput.PacketsPerSecond) : string.Empty,
            size.Throughput is { } part ? $"{part.PercentOfHighest:0.##} %" : string.Empty,
            size.Throughput is { } bits ? $"{bits.FrameBitsPerSecond / 1e9:0.000} Gbit/s" : string.Empty,
            size.PartialDrop is { } partial ? Audit.Show(partial.PacketsPerSecond) : string.Empty,
            size.Latency.Count > 0 ? TimeText.Format(size.Latency.Average(latency => latency.Mean)) : string.Empty,
            size.Latency.Count > 0 ? TimeText.Format(size.Latency.Max(latency => latency.P99)) : string.Empty,
            size.BackToBackPackets is { } packets ? $"{packets:0.#}" : string.Empty]));
        List<SizeReport> found = [.. sizes.Where(size => size.Throughput != null)];
        if (found.Count > 0)
        {
            page.Append("<h2>Throughput against frame size</h2>").Append(new SvgChart(
                [new("throughput", [.. found.Select(size => (FrameSizes.Parse(size.Size).Mean, size.Throughput!.PacketsPerSecond)).OrderBy(point => point.Item1)])],
                bytes => $"{bytes:0} B",
                Audit.Show).Render());
        }

        foreach (SizeReport size in sizes.Where(size => size.FrameLoss.Count > 0))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>Frame loss at {Text(size.Size)} bytes</h2>").Append(new SvgChart(
                [new("loss", [.. size.FrameLoss.Select(point => (point.Percent, point.LossRatio * 100)).Reverse()])], percent => $"{percent:0} %", percent => $"{percent:0.##} %").Render());
        }
    }

    private static ChartSeries Needles(string name, LogLinearHistogram histogram) =>
        new(name, [.. histogram.Buckets().Select(bucket => ((double)Math.Max(1, bucket.Value), (double)bucket.Count))]);

    private static void Table(StringBuilder page, string[] headings, IEnumerable<string[]> rows)
    {
        page.Append("<table><tr>").AppendJoin(string.Empty, headings.Select(heading => $"<th>{Text(heading)}</th>")).Append("</tr>");
        foreach (string[] row in rows)
        {
            page.Append("<tr>").AppendJoin(string.Empty, row.Select(cell => $"<td>{Text(cell)}</td>")).Append("</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void List(StringBuilder page, IReadOnlyList<string> lines) =>
        page.Append("<ul>").AppendJoin(string.Empty, lines.Select(line => $"<li>{Text(line)}</li>")).Append("</ul>\n");

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
