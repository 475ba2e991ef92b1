using System.Diagnostics;

namespace PollMode.EndToEnd;

/// <summary>Measures a rate by the kernel's count of what an interface received, whoever sends.</summary>
internal static class WireMeter
{
    /// <summary>Measures after the warm-up.</summary>
    /// <param name="bench">How long.</param>
    /// <param name="wire">Where to count.</param>
    /// <param name="process">Whose CPU time to measure; null for nobody's.</param>
    internal static Measurement Measure(Bench bench, Wire wire, int? process)
    {
        Pause(bench, bench.WarmUpSeconds);
        double cpu = process is { } before ? CpuTime.NanosecondsOf(before) : 0;
        long first = wire.Received;
        long last = first;
        long looked = Stopwatch.GetTimestamp();
        var rates = new List<double>();
        for (int second = 0; second < bench.Seconds; second++)
        {
            Pause(bench, 1);
            long received = wire.Received;
            long now = Stopwatch.GetTimestamp();
            rates.Add((received - last) / Stopwatch.GetElapsedTime(looked, now).TotalSeconds);
            last = received;
            looked = now;
        }

        var measured = Measurement.Of((Quantity.PacketRate, Spread.Of(rates).Median));
        return process is { } after ? measured.With(Quantity.CpuTime, (CpuTime.NanosecondsOf(after) - cpu) / Math.Max(1, last - first)) : measured;
    }

    private static void Pause(Bench bench, int seconds)
    {
        if (bench.Stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(seconds)))
        {
            bench.Stop.ThrowIfCancellationRequested();
        }
    }
}
