namespace PollMode;

/// <summary>Polls again at once: the lowest latency, for a core that belongs to the worker.</summary>
public sealed class BusySpinIdle : IIdleStrategy
{
    /// <inheritdoc/>
    public bool Rests => false;

    /// <inheritdoc/>
    public void Idle(long emptyTurns, ReadOnlySpan<int> fileDescriptors)
    {
    }
}
