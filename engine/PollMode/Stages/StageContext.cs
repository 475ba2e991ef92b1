namespace PollMode;

/// <summary>What a stage can know of the worker it runs on.</summary>
public sealed class StageContext
{
    /// <summary>Index of the worker in its engine.</summary>
    public required int WorkerIndex { get; init; }

    /// <summary>The worker's pool, for stages that make packets. Borrowed; rented from on the worker's thread only.</summary>
    public required Mempool Pool { get; init; }

    /// <summary>The ports of the engine by index: what <see cref="Burst.SendTo(int)"/> takes.</summary>
    public required IReadOnlyList<IPort> Ports { get; init; }

    /// <summary>Where the worker counts drops; null when a stage is run without a worker.</summary>
    internal BurstSpace? Space { get; init; }

    /// <summary>Takes packets that the stage held, frees them and counts them among the worker's drops. On the worker's thread only.</summary>
    public void Drop(ReadOnlySpan<Packet> packets, DropReason reason)
    {
        if (Space is { } space)
        {
            space.Drop(packets, reason);
        }
        else
        {
            Pool.Return(packets);
        }
    }
}
