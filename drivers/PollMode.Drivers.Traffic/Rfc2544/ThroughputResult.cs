namespace PollMode.Drivers.Traffic;

/// <summary>The fastest rate at which no more was lost than allowed (RFC 2544, section 26.1; NDR and PDR by the tolerance).</summary>
public sealed record ThroughputResult
{
    /// <summary>The frame sizes.</summary>
    public required string Size { get; init; }

    /// <summary>Part of the packets that was allowed to be lost.</summary>
    public double LossTolerance { get; init; }

    /// <summary>The rate found; null when even the slowest tried lost too much.</summary>
    public string? Rate { get; init; }

    /// <summary>It in packets per second; zero when none was found.</summary>
    public double PacketsPerSecond { get; init; }

    /// <summary>It in bits of frames per second.</summary>
    public double FrameBitsPerSecond { get; init; }

    /// <summary>It as a percentage of the highest rate.</summary>
    public double PercentOfHighest { get; init; }

    /// <summary>Part of the packets that was lost at that rate.</summary>
    public double LossRatio { get; init; }

    /// <summary>Latency at that rate; null when none was found.</summary>
    public TimeSummary? Latency { get; init; }

    /// <summary>Whether the search ended because the sender could go no faster, not because the device lost packets.</summary>
    public bool LimitedBySender { get; init; }

    /// <summary>Trials that the search took.</summary>
    public int Trials { get; init; }
}
