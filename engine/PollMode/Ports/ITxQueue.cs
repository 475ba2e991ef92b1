namespace PollMode;

/// <summary>A transmit queue. One thread: the worker that owns the pool it was opened with.</summary>
public interface ITxQueue
{
    /// <summary>What was sent so far, and what of it was lost, by the rule of <see cref="QueueCounters"/>. Written by the worker, read by anyone.</summary>
    QueueCounters Counters { get; }

    /// <summary>Takes packets from the front of the span. Those it does not take are still the caller's. Never blocks, never throws, allocates nothing.</summary>
    /// <returns>How many it took: fewer than given when the queue is full.</returns>
    int Send(ReadOnlySpan<Packet> packets);

    /// <summary>
    /// Takes packets as <see cref="Send"/> does, of which more is known than what is in them: they are what a receive queue gave in one go, and since then
    /// nobody has changed how long one is. A queue that has to look at packets only to count their bytes need not; one that does not implement this is always right.
    /// </summary>
    /// <param name="packets">The packets.</param>
    /// <param name="rxPort">Index of the port they came in by, which their metadata tells, too; that of a packet which is or was shared may tell another.</param>
    /// <param name="bytes">Bytes of all of them, all segments together; of a part that is taken the queue counts its own.</param>
    /// <returns>How many it took: fewer than given when the queue is full.</returns>
    int SendAsReceived(ReadOnlySpan<Packet> packets, int rxPort, long bytes) => Send(packets);

    /// <summary>Housekeeping, called when the worker has nothing else to do and while it drains: kick the device, bring home what has been sent.</summary>
    /// <returns>True while packets it took have not left yet.</returns>
    bool Service() => false;
}
