namespace PollMode.Isolation;

/// <summary>What the data plane's own runtime has collected since it was loaded; nothing of it is the app's.</summary>
public sealed record RuntimeStatistics
{
    /// <summary>Garbage collections.</summary>
    public int Collections { get; init; }

    /// <summary>Time that they have suspended the data plane's threads.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Bytes allocated on its heap, for the most part by setting up and by asking for statistics.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>Of the calling runtime.</summary>
    internal static RuntimeStatistics Now => new()
    {
        Collections = GC.CollectionCount(0),
        Pause = GC.GetTotalPauseDuration(),
        AllocatedBytes = GC.GetTotalAllocatedBytes(),
    };
}
