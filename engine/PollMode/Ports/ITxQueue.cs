namespace PollMode;

/// <summary>A transmit queue. One thread: the worker that owns the pool it was opened with.</summary>
public interface ITxQueue
{
    /// <summary>What was sent so far, and what of it was lost, by the rule of <see cref="QueueCounters"/>. Written by the worker, read by anyone.</summary>
    QueueCounters Counters { get; }

    /// <summary>Takes packets from the front of the span. Those it does not take are still the caller's. Never blocks, never throws, allocates nothing.</summary>
    /// <returns>How many it took: fewer than given when the queue is full.</returns>
    int Send(ReadOnlySpan<Packet> packets);

    /// <summary>Housekeeping, called when the worker has nothing else to do and while it drains: kick the device, bring home what has been sent.</summary>
    /// <returns>True while packets it took have not left yet.</returns>
    bool Service() => false;
}
