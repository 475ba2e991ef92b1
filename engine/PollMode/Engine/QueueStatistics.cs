namespace PollMode;

/// <summary>Counters of one queue at one moment; see <see cref="QueueCounters"/>.</summary>
/// <param name="Queue">Index of the queue in its port.</param>
/// <param name="Packets">Packets received, or taken for sending.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Dropped">Lost in the device.</param>
/// <param name="NoBuffer">Times that no buffer could be rented.</param>
/// <param name="Errors">Broken frames.</param>
/// <param name="Copied">Frames that had to be copied.</param>
public readonly record struct QueueStatistics(int Queue, long Packets, long Bytes, long Dropped, long NoBuffer, long Errors, long Copied)
{
    /// <summary>Buffers that a receive queue keeps in the device: frames that can arrive while nobody polls. Zero where there is no such number.</summary>
    public int Descriptors { get; init; }

    /// <summary>Packets that a receive queue received in a second, lately.</summary>
    public double PacketsPerSecond { get; init; }

    /// <summary>
    /// How long the worker may be away before the device runs out of buffers and loses frames, at the rate of the last moments. Null
    /// where nothing arrives or the device tells no number of descriptors.
    /// </summary>
    public TimeSpan? PauseBudget => Descriptors > 0 && PacketsPerSecond > 0 ? TimeSpan.FromSeconds(Math.Min(Descriptors / PacketsPerSecond, 1e6)) : null;

    internal static QueueStatistics Of(int queue, QueueCounters counters) => new(
        queue,
        Volatile.Read(ref counters.Packets),
        Volatile.Read(ref counters.Bytes),
        Volatile.Read(ref counters.Dropped),
        Volatile.Read(ref counters.NoBuffer),
        Volatile.Read(ref counters.Errors),
        Volatile.Read(ref counters.Copied));
}
