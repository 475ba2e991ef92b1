using System.Runtime.InteropServices;

namespace PollMode.EndToEnd;

/// <summary>The machine that figures were measured on.</summary>
internal static class Machine
{
    internal static IReadOnlyList<string> Describe() =>
    [
        $"machine    {Field("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores",
        $"kernel     {RuntimeInformation.OSDescription}",
        $"runtime    {RuntimeInformation.FrameworkDescription}",
        $"hugepages  {HugePageReservation.Read()} of 2 MiB",
        $"load       {File.ReadAllText("/proc/loadavg").Trim()}",
    ];

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";
}
