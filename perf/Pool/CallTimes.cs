using System.Diagnostics;

namespace PollMode.Pool;

/// <summary>How long calls took: a count for each nanosecond up to 65536, and the longest of all. Allocates nothing once it is there.</summary>
internal sealed class CallTimes
{
    private readonly long[] _counts = new long[1 << 16];

    /// <summary>What reading the clock twice costs.</summary>
    internal static double ClockNanoseconds { get; } = MeasureClock();

    internal long Calls { get; private set; }

    /// <summary>The longest, in nanoseconds.</summary>
    internal double Worst { get; private set; }

    internal void Add(long startTicks, long endTicks)
    {
        double nanoseconds = (endTicks - startTicks) * (1e9 / Stopwatch.Frequency);
        _counts[(int)Math.Min(nanoseconds, _counts.Length - 1)]++;
        Calls++;
        Worst = Math.Max(Worst, nanoseconds);
    }

    internal void Add(CallTimes other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Calls += other.Calls;
        Worst = Math.Max(Worst, other.Worst);
    }

    /// <summary>What so many of all calls took at most, the clock's own time taken off.</summary>
    internal double Quantile(double share)
    {
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= share * Calls)
            {
                return Math.Max(0, i - ClockNanoseconds);
            }
        }

        return Worst;
    }

    private static double MeasureClock()
    {
        var samples = new double[10_001];
        for (int i = 0; i < samples.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            samples[i] = (Stopwatch.GetTimestamp() - start) * (1e9 / Stopwatch.Frequency);
        }

        Array.Sort(samples);
        return samples[samples.Length / 2];
    }
}
