using System.Globalization;
using System.Text;

namespace PollMode.Iotlb;

/// <summary>The results as Markdown.</summary>
internal static class Tables
{
    internal static string OverTime(Series[] all, double minutes)
    {
        var text = new StringBuilder();
        text.AppendLine("| misses/MiB, 64 entries, 32 queues | first minute | third | sixth | last |");
        text.AppendLine("|---|---|---|---|---|");
        foreach (Series series in all)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {series.Scenario.Name} | {Cell(series, 0)} | {Cell(series, 2)} | {Cell(series, 5)} | {Cell(series, minutes - 1)} |");
        }

        return text.ToString();
    }

    internal static string ForEver(Series series) => string.Create(
        CultureInfo.InvariantCulture,
        $"{series.Scenario.Name}: {series.Last(64):F0} in the last of {series.Scenario.Minutes:F0} minutes, {series.Worst(64):F0} in the worst ten seconds of all.{Environment.NewLine}");

    internal static string Sweep(Series[] all)
    {
        var text = new StringBuilder();
        text.AppendLine("| misses/MiB in the last minute: policy, queues, descriptors | 32 entries | 64 | 128 | 256 |");
        text.AppendLine("|---|---|---|---|---|");
        foreach (Series series in all)
        {
            Scenario scenario = series.Scenario;
            string cells = string.Join(" | ", scenario.Entries.Select(entries => series.Last(entries).ToString("F0", CultureInfo.InvariantCulture)));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {scenario.Name}, {scenario.Queues}, {scenario.Descriptors} | {cells} |");
        }

        return text.ToString();
    }

    private static string Cell(Series series, double from)
    {
        // What was simulated for a minute stays as it is.
        double start = Math.Max(0, Math.Min(from, series.Scenario.Minutes - 1));
        return series.Mean(64, start, start + 1.01).ToString("F0", CultureInfo.InvariantCulture);
    }
}
