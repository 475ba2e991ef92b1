using System.Globalization;
using System.Runtime.InteropServices;

namespace PollMode.Pool;

/// <summary>Tables as perf/README.md has them, with the machine above.</summary>
internal static class Report
{
    internal static string Machine()
    {
        string cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        string huge = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("HugePages_Total", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "0";
        return $"{cpu}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {huge} hugepages of 2 MiB, load {File.ReadAllText("/proc/loadavg").Trim()}";
    }

    internal static void Row(params IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    internal static void Head(params string[] cells)
    {
        Row(cells);
        Row(cells.Select(_ => "---"));
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    internal static string Text(double value) => value.ToString(value < 10 ? "F2" : value < 100 ? "F1" : "F0", CultureInfo.InvariantCulture);

    /// <summary>The median, and the smallest and largest behind it.</summary>
    internal static string Spread(IReadOnlyCollection<double> values) => $"{Text(Median(values))} ({Text(values.Min())} to {Text(values.Max())})";
}
