namespace PollMode;

/// <summary>Spins with the processor's pause instruction: nearly the latency of busy spinning, kinder to a sibling hyperthread.</summary>
public sealed class PauseIdle : IIdleStrategy
{
    /// <inheritdoc/>
    public bool Rests => false;

    /// <inheritdoc/>
    public void Idle(long emptyTurns, ReadOnlySpan<int> fileDescriptors) => Thread.SpinWait(1);
}
