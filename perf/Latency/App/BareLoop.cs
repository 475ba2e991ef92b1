using System.Diagnostics;
using System.Globalization;
using HdrHistogram;
using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>
/// No engine and no packets: a thread on a core of its own that does nothing but look at the clock, and notes for each microsecond that was due how late it saw it. That is what
/// the machine itself takes from that core: the system's threads, interrupts, the host of a virtual machine.
/// </summary>
internal static class BareLoop
{
    private const string Prefix = "figures ";

    // In ticks of the clock, so that the loop only looks and compares.
    private static readonly long Period = Stopwatch.Frequency / 1_000_000;
    private static readonly long Longest = 10 * Stopwatch.Frequency;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Measures beside an app, each a process of its own.</summary>
    internal static Result Measure(Allocation allocation, Bench bench)
    {
        using ChildProcess app = AppCommand.Start(allocation, bench, weighty: true);
        using ChildProcess loop = HostProcess.StartSelf(
            ["bare", "--core", Text(bench.Core), "--warm-up", Text(bench.WarmUpSeconds), "--seconds", Text(bench.Seconds), "--real-time", Text(bench.RealTimePriority)],
            weighty: true);
        string line = loop.WaitFor(Prefix, TimeSpan.FromSeconds(bench.WarmUpSeconds + bench.Seconds) + Patience, bench.Stop);
        app.StandardInput.Close();
        return new Result(Mode.Bare, allocation, Figures.Read(line[Prefix.Length..]), null);
    }

    /// <summary>The process.</summary>
    internal static int Run(int core, double warmUpSeconds, double seconds, int realTime)
    {
        if (realTime > 0)
        {
            RealTimeScheduling.Check(realTime, [core]);
        }

        using CpuReservation off = CpuReservation.Take([core]);
        Figures? figures = null;
        var thread = new Thread(() =>
        {
            CpuAffinity.Pin(core);
            if (realTime > 0)
            {
                RealTimeScheduling.Enter(realTime);
            }

            Turn(warmUpSeconds);
            figures = Turn(seconds);
        });
        thread.Start();
        thread.Join();
        Console.WriteLine($"{Prefix}{figures}");
        return 0;
    }

    private static Figures Turn(double seconds)
    {
        var late = new LongHistogram(Longest, 3);
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(seconds * Stopwatch.Frequency);
        long due = start;
        while (due < end)
        {
            long now = Stopwatch.GetTimestamp();
            for (; due <= now && due < end; due += Period)
            {
                late.RecordValue(Math.Min(now - due, Longest));
            }
        }

        return new Figures(late.TotalCount, late.TotalCount, late.TotalCount / seconds, At(50), At(99), At(99.9), At(99.99), At(100));

        double At(double percent) => late.GetValueAtPercentile(percent) * (1e9 / Stopwatch.Frequency);
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
