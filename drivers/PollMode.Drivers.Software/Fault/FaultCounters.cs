namespace PollMode.Drivers.Software;

/// <summary>What the faults of one queue did. Written by the queue's worker, read by anyone.</summary>
internal sealed class FaultCounters
{
    internal long Lost;
    internal long Duplicated;
    internal long Corrupted;
    internal long Reordered;
    internal long LinkDown;

    /// <summary>Doubles and corruptions that did not happen, for want of a buffer for the copy.</summary>
    internal long Skipped;

    /// <summary>Bursts received in parts, or taken in part.</summary>
    internal long Cut;

    /// <summary>Frames that were kept when the port was closed.</summary>
    internal long FreedAtClose;

    internal static void Collect(string prefix, string cut, IReadOnlyList<FaultCounters> queues, ICollection<PortCounter> counters)
    {
        Add("lost", queues.Sum(queue => Volatile.Read(ref queue.Lost)));
        Add("duplicated", queues.Sum(queue => Volatile.Read(ref queue.Duplicated)));
        Add("corrupted", queues.Sum(queue => Volatile.Read(ref queue.Corrupted)));
        Add("reordered", queues.Sum(queue => Volatile.Read(ref queue.Reordered)));
        Add("link_down", queues.Sum(queue => Volatile.Read(ref queue.LinkDown)));
        Add("skipped", queues.Sum(queue => Volatile.Read(ref queue.Skipped)));
        Add(cut, queues.Sum(queue => Volatile.Read(ref queue.Cut)));
        Add("freed_at_close", queues.Sum(queue => Volatile.Read(ref queue.FreedAtClose)));

        void Add(string name, long value) => counters.Add(new PortCounter(prefix + name, value));
    }
}
