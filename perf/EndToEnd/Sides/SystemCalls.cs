using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>Counts a process's system calls with <c>perf stat</c>, which costs each call a tracepoint: in a time of its own, when no rate is measured.</summary>
internal static class SystemCalls
{
    private const string Event = "raw_syscalls:sys_enter";

    /// <summary>System calls of all its threads in a second; null where perf is missing or may not look.</summary>
    internal static double? PerSecondOf(int process, CancellationToken stop)
    {
        if (Tool.Perf.FullPath is not { } perf)
        {
            return null;
        }

        using ChildProcess counter = ChildProcess.Start(perf, ["stat", "-x", ",", "-e", Event, "-p", process.ToString(CultureInfo.InvariantCulture), "--", "sleep", "1"]);
        return Parse(counter.ReadToEnd(TimeSpan.FromSeconds(20), stop));
    }

    /// <summary>The number in perf's line of the event: "1234,,raw_syscalls:sys_enter,...".</summary>
    internal static double? Parse(string output)
    {
        string? line = output.Split('\n').FirstOrDefault(line => line.Contains(Event, StringComparison.Ordinal));
        return double.TryParse(line?.Split(',')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double count) ? count : null;
    }
}
