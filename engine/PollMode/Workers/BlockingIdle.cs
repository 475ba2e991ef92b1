namespace PollMode;

/// <summary>Waits in poll(2) until a receive queue has packets. For ports with a file descriptor, and loads where latency matters less than CPU.</summary>
public sealed class BlockingIdle : IIdleStrategy
{
    private const int SpinTurns = 16;
    private const int TimeoutMilliseconds = 10;

    /// <inheritdoc/>
    public void Idle(long emptyTurns, ReadOnlySpan<int> fileDescriptors)
    {
        if (emptyTurns > SpinTurns)
        {
            Linux.Sleeper.WaitReadable(fileDescriptors, TimeoutMilliseconds);
        }
    }
}
