using System.Text.Json.Serialization;

namespace PollMode.Drivers.Traffic;

/// <summary>The gaps between packets: what was asked for, and what came of it.</summary>
public sealed record GapResult
{
    /// <summary>Gaps of the schedule, in nanoseconds.</summary>
    public required TimeSummary Asked { get; init; }

    /// <summary>Gaps as packets were handed to the port; packets of one burst have none.</summary>
    public required TimeSummary Achieved { get; init; }

    /// <summary>Differences of the two, without sign.</summary>
    public required TimeSummary Error { get; init; }

    /// <summary>How the lag behind the schedule grows, in parts per million of the time. Zero: no drift.</summary>
    public double DriftPpm { get; init; }

    /// <summary>Largest lag of a packet behind the schedule, in nanoseconds.</summary>
    public long LargestLagNanoseconds { get; init; }

    /// <summary>Histogram of the gaps asked for; null when the result was read from a file.</summary>
    [JsonIgnore]
    public LogLinearHistogram? AskedHistogram { get; init; }

    /// <summary>Histogram of the gaps achieved; null when the result was read from a file.</summary>
    [JsonIgnore]
    public LogLinearHistogram? AchievedHistogram { get; init; }
}
