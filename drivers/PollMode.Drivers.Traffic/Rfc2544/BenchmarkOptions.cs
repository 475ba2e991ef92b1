namespace PollMode.Drivers.Traffic;

/// <summary>How the benchmarks of RFC 2544 are carried out.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>The seven frame sizes for Ethernet (section 9.1), and the mix.</summary>
    public static IReadOnlyList<string> StandardSizes { get; } = ["64", "128", "256", "512", "1024", "1280", "1518", "imix"];

    /// <summary>The fastest rate to try: that of the line, on the wire.</summary>
    public required Rate Highest { get; init; }

    /// <summary>How long each trial sends; the RFC asks for 60 s in the end.</summary>
    public long TrialNanoseconds { get; init; } = 10_000_000_000;

    /// <summary>Part of the highest rate to which a search is exact.</summary>
    public double Resolution { get; init; } = 0.005;

    /// <summary>Part of the packets that may be lost: zero for RFC 2544 and NDR, 0.005 for a usual PDR.</summary>
    public double LossTolerance { get; init; }

    /// <summary>Trials of latency and of back-to-back bursts; the RFC asks for 20 and 50.</summary>
    public int Repetitions { get; init; } = 3;

    /// <summary>
    /// How often a trial is tried that says nothing about the device (<see cref="TrialVerdict.Invalid"/>). One whose sender is far from its
    /// rate is tried once: it will not get there.
    /// </summary>
    public int Attempts { get; init; } = 5;

    /// <summary>
    /// How often the rate above the one that a search found is tried again before it counts as failed: one loss that is not the
    /// device's, early in a search, would otherwise cost all rates above it.
    /// </summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>Longest burst to try, in time at the highest rate; the RFC asks for at least 2 s.</summary>
    public long LongestBurstNanoseconds { get; init; } = 2_000_000_000;

    /// <summary>Checks the options.</summary>
    /// <exception cref="PollModeException">One is out of range.</exception>
    public void Validate()
    {
        if (Highest.IsMax || Highest.Unit == RateUnit.LinePercent)
        {
            throw new PollModeException("A benchmark needs the highest rate to try as a number; give the line's rate, for example 10Gbps, or a rate such as 5Mpps.");
        }

        if (Resolution is not (> 0 and < 1) || LossTolerance is not (>= 0 and < 1) || TrialNanoseconds <= 0 || Repetitions < 1 || Attempts < 1 || Confirmations < 0 || LongestBurstNanoseconds <= 0)
        {
            throw new PollModeException("A benchmark's resolution is a part above 0 and below 1, its loss tolerance from 0 to below 1, its trials and bursts last, and there is at least one of each; change the one that is out of range.");
        }
    }
}
