using System.Diagnostics;

namespace PollMode.EndToEnd;

/// <summary>Measures a rate by the kernel's count of an interface's packets, whoever sends and receives.</summary>
internal static class WireMeter
{
    /// <summary>Measures what a wire received, after the warm-up.</summary>
    /// <param name="bench">How long.</param>
    /// <param name="wire">Where to count.</param>
    /// <param name="process">Whose CPU time to measure; null for nobody's.</param>
    internal static Measurement Measure(Bench bench, Wire wire, int? process) => Measure(() => wire.Received, bench.WarmUpSeconds, bench.Seconds, process, bench.Stop);

    /// <summary>Measures after the warm-up.</summary>
    /// <param name="count">The kernel's count.</param>
    /// <param name="warmUpSeconds">How long to wait before.</param>
    /// <param name="seconds">How long to look.</param>
    /// <param name="process">Whose CPU time to measure; null for nobody's.</param>
    /// <param name="stop">Ends it early.</param>
    internal static Measurement Measure(Func<long> count, int warmUpSeconds, int seconds, int? process, CancellationToken stop)
    {
        Pause(warmUpSeconds, stop);
        double cpu = process is { } before ? CpuTime.NanosecondsOf(before) : 0;
        long first = count();
        long last = first;
        long looked = Stopwatch.GetTimestamp();
        var rates = new List<double>();
        for (int second = 0; second < seconds; second++)
        {
            Pause(1, stop);
            long received = count();
            long now = Stopwatch.GetTimestamp();
            rates.Add((received - last) / Stopwatch.GetElapsedTime(looked, now).TotalSeconds);
            last = received;
            looked = now;
        }

        var measured = Measurement.Of((Quantity.PacketRate, Spread.Of(rates).Median));
        return process is { } after ? measured.With(Quantity.CpuTime, (CpuTime.NanosecondsOf(after) - cpu) / Math.Max(1, last - first)) : measured;
    }

    private static void Pause(int seconds, CancellationToken stop)
    {
        if (stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(seconds)))
        {
            stop.ThrowIfCancellationRequested();
        }
    }
}
