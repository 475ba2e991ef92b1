namespace PollMode;

/// <summary>A worker's counters at one moment.</summary>
public sealed record WorkerStatistics
{
    /// <summary>Index in the engine.</summary>
    public required int Index { get; init; }

    /// <summary>The CPU it is pinned to, or null.</summary>
    public int? Cpu { get; init; }

    /// <summary>Where it is in its life.</summary>
    public WorkerState State { get; init; }

    /// <summary>Turns of the loop.</summary>
    public long Turns { get; init; }

    /// <summary>Turns that brought no packet.</summary>
    public long EmptyTurns { get; init; }

    /// <summary>Bursts carried through the stages.</summary>
    public long Bursts { get; init; }

    /// <summary>Packets received.</summary>
    public long Received { get; init; }

    /// <summary>Packets taken by egress queues or handed to other workers' queues.</summary>
    public long Sent { get; init; }

    /// <summary>Packets that came from other workers to be sent by this one's queues.</summary>
    public long HandedOver { get; init; }

    /// <summary>Exceptions thrown by stages.</summary>
    public long StageFaults { get; init; }

    /// <summary>How often and for how long it was away from its queues.</summary>
    public StallStatistics Stalls { get; init; } = new();

    /// <summary>Packets dropped, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }
}
