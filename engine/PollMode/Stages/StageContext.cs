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
}
