namespace PollMode;

/// <summary>How fast packets come to a receive queue: written by the engine's monitor, read by any.</summary>
internal sealed class RxRate(int descriptors)
{
    private double _packetsPerSecond;

    /// <summary>Buffers that the queue keeps in the device.</summary>
    internal int Descriptors { get; } = descriptors;

    internal double PacketsPerSecond
    {
        get => Volatile.Read(ref _packetsPerSecond);
        set => Volatile.Write(ref _packetsPerSecond, value);
    }
}
