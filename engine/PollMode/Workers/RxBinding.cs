namespace PollMode;

/// <summary>A receive queue that a worker polls, and where its packets go unless a stage says otherwise.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Port">Index of its port.</param>
/// <param name="Egress">Index of the port that its packets leave by, or <see cref="Burst.NoPort"/>.</param>
/// <param name="EgressQueue">The worker's way to that port; null where there is none.</param>
/// <param name="Rate">How fast packets come, which the monitor keeps.</param>
internal sealed record RxBinding(IRxQueue Queue, int Port, int Egress, ITxQueue? EgressQueue, RxRate Rate)
{
    /// <summary>The queue's counters, at hand.</summary>
    internal QueueCounters Counters { get; } = Queue.Counters;

    /// <summary>Index of the port that its packets leave by, or <see cref="Burst.NoPort"/>.</summary>
    internal int Egress { get; } = Burst.Checked(Egress);
}
