using System.Globalization;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The benchmarks' part of the page: a table and a chart for each of them, by frame size.</summary>
internal static class BenchmarkCharts
{
    public static void Add(HtmlPage page, IReadOnlyList<SizeReport> sizes)
    {
        string[] names = [.. sizes.Select(size => size.Size)];
        page.Heading("Benchmarks");
        page.Table(["frame size", "throughput", "limited by", "of highest", "frames", "partial drop", "latency mean", "latency P99", "back-to-back", "trials"], sizes.Select(size => (string[])[
            size.Size,
            size.Throughput is { } throughput ? throughput.Rate == null ? "none" : Figures.Rate(Math.Round(throughput.PacketsPerSecond)) : string.Empty,
            size.Throughput is { } limit ? limit.LimitedBySender ? "sender" : limit.PercentOfHighest >= 100 ? "highest tried" : "device" : string.Empty,
            size.Throughput is { } part ? string.Create(CultureInfo.InvariantCulture, $"{part.PercentOfHighest:0.##} %") : string.Empty,
            size.Throughput is { } bits ? Figures.Bits(bits.FrameBitsPerSecond) : string.Empty,
            size.PartialDrop is { } partial ? Figures.Rate(Math.Round(partial.PacketsPerSecond)) : string.Empty,
            size.Latency.Count > 0 ? TimeText.Format(size.Latency.Average(latency => latency.Mean)) : string.Empty,
            size.Latency.Count > 0 ? TimeText.Format(size.Latency.Max(latency => latency.P99)) : string.Empty,
            size.BackToBack is { } burst ? string.Create(CultureInfo.InvariantCulture, $"{burst.Packets:0.#} packets") : string.Empty,
            Figures.Count(size.Trials.Count)]));
        if (sizes.Any(size => size.Throughput != null || size.PartialDrop != null))
        {
            page.Heading("Throughput against frame size");
            page.Chart(SvgBars.Render(
                "Throughput against frame size",
                names,
                [Series("throughput", size => size.Throughput?.PacketsPerSecond), Series("partial drop rate", size => size.PartialDrop?.PacketsPerSecond), Series("highest tried", size => size.HighestPacketsPerSecond) with { IsDashed = true }],
                Figures.Rate,
                "bytes of the frame, FCS included"));
        }

        if (sizes.Any(size => size.Latency.Count > 0))
        {
            page.Heading("Latency at the throughput");
            page.Chart(SvgBars.Render(
                "Latency at the throughput",
                names,
                [Series("min", size => Worst(size, latency => latency.Min)), Series("mean", size => Worst(size, latency => latency.Mean)), Series("P99", size => Worst(size, latency => latency.P99)), Series("max", size => Worst(size, latency => latency.Max))],
                TimeText.Format,
                "bytes of the frame, FCS included",
                logY: true));
        }

        if (sizes.Any(size => size.FrameLoss.Count > 0))
        {
            page.Heading("Frame loss against the rate offered");
            page.Chart(new SvgChart("Frame loss against the rate offered", [.. sizes.Select(size => new ChartSeries(size.Size, [.. size.FrameLoss.Select(point => (point.Percent, point.LossRatio * 100)).Reverse()]))])
                .Lines(percent => string.Create(CultureInfo.InvariantCulture, $"{percent:0} %"), percent => string.Create(CultureInfo.InvariantCulture, $"{percent:0.##} %"), "rate offered, of the highest"));
        }

        ChartSeries Series(string name, Func<SizeReport, double?> value) =>
            new(name, [.. sizes.Select((size, index) => (Index: (double)index, Value: value(size))).Where(point => point.Value != null).Select(point => (point.Index, point.Value!.Value))]);
    }

    private static double? Worst(SizeReport size, Func<TimeSummary, double> value) => size.Latency.Count > 0 ? size.Latency.Max(value) : null;
}
