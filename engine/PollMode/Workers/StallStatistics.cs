namespace PollMode;

/// <summary>The stalls of a worker at one moment: gaps between two looks at its queues that were longer than a threshold.</summary>
public sealed record StallStatistics
{
    /// <summary>Gaps longer than this are counted; zero when none are. See <see cref="EngineOptions.StallThreshold"/>.</summary>
    public TimeSpan Threshold { get; init; }

    /// <summary>How many there were.</summary>
    public long Count { get; init; }

    /// <summary>The longest.</summary>
    public TimeSpan Longest { get; init; }

    /// <summary>All of them together.</summary>
    public TimeSpan Total { get; init; }

    /// <summary>The same by cause, every cause once.</summary>
    public IReadOnlyList<StallCount> Causes { get; init; } = [];

    /// <summary>Frames that the devices lost within about ten milliseconds around a stall; they are among the queues' own drops.</summary>
    public long Dropped { get; init; }

    /// <summary>Stalls of one cause.</summary>
    public StallCount Of(StallCause cause) => Causes.FirstOrDefault(each => each.Cause == cause) with { Cause = cause };
}
