using ScottPlot;

namespace PollMode.Iotlb;

/// <summary>The results as pictures.</summary>
internal static class Charts
{
    internal static void OverTime(Series[] all, string path)
    {
        using var plot = new Plot();
        double end = all.Max(series => series.Minutes[^1]);
        foreach (Series series in all)
        {
            double[] times = [.. series.Minutes];
            double[] misses = series.At(64);
            if (times[^1] < end / 2)
            {
                times = [.. times, end];
                misses = [.. misses, misses[^1]];
            }

            ScottPlot.Plottables.Scatter line = plot.Add.ScatterLine(times, misses);
            line.LegendText = series.Scenario.Name;
            line.LineWidth = series.Scenario.Policy == "mempool" ? 3 : 2;
            line.LinePattern = series.Scenario.Minutes < end / 2 ? LinePattern.Dashed : LinePattern.Solid;
        }

        HorizontalLine(plot, 90, "target: 90");
        plot.Title("IOTLB misses of a fixed pool under drops (64 entries, 32 queues, MTU 1500)");
        plot.XLabel("simulated minutes");
        plot.YLabel("misses per MiB of payload");
        plot.Axes.SetLimits(0, end, 0, 560);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, 1300, 620);
    }

    internal static void Sweep(Series[] all, string path)
    {
        using var plot = new Plot();
        foreach (Series series in all.Where(series => series.Scenario.Descriptors == 1024))
        {
            Scenario scenario = series.Scenario;
            double[] entries = [.. scenario.Entries.Select(size => Math.Log2(size))];
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(entries, [.. scenario.Entries.Select(series.Last)]);
            line.LegendText = $"{scenario.Name}, {scenario.Queues} queue(s)";
            line.LineWidth = 2;
        }

        HorizontalLine(plot, 90, "target: 90");
        plot.Title("IOTLB misses by size, in the last minute (1024 descriptors)");
        plot.XLabel("entries of the IOTLB");
        plot.YLabel("misses per MiB of payload");
        plot.Axes.Bottom.SetTicks([5, 6, 7, 8], ["32", "64", "128", "256"]);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, 1000, 500);
    }

    private static void HorizontalLine(Plot plot, double y, string label)
    {
        ScottPlot.Plottables.HorizontalLine line = plot.Add.HorizontalLine(y);
        line.LinePattern = LinePattern.Dotted;
        line.LegendText = label;
    }
}
