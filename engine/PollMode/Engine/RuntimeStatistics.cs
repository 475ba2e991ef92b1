namespace PollMode;

/// <summary>What the runtime that an engine's workers live in has collected since it began.</summary>
public sealed record RuntimeStatistics
{
    /// <summary>Garbage collections.</summary>
    public int Collections { get; init; }

    /// <summary>Time that they have suspended its threads, the workers among them.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Bytes allocated on its heap.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>Of the calling runtime.</summary>
    internal static RuntimeStatistics Now => new()
    {
        Collections = GC.CollectionCount(0),
        Pause = GC.GetTotalPauseDuration(),
        AllocatedBytes = GC.GetTotalAllocatedBytes(),
    };
}
