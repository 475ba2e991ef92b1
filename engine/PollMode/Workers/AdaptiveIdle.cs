namespace PollMode;

/// <summary>
/// Spins for a while, then yields, then sleeps longer and longer, up to a limit: near-full speed under load, next to no CPU without.
/// For machines whose cores are shared.
/// </summary>
public sealed class AdaptiveIdle : IIdleStrategy
{
    private const int SpinTurns = 64;
    private const int YieldTurns = 256;

    private readonly int _longestMicroseconds;

    /// <summary>Makes the strategy.</summary>
    /// <param name="longestSleep">Longest sleep; default 200 microseconds. It bounds what the first packet after a pause waits.</param>
    public AdaptiveIdle(TimeSpan? longestSleep = null) =>
        _longestMicroseconds = (int)Math.Clamp((longestSleep ?? TimeSpan.FromMicroseconds(200)).TotalMicroseconds, 1, 1_000_000);

    /// <inheritdoc/>
    public void Idle(long emptyTurns, ReadOnlySpan<int> fileDescriptors)
    {
        if (emptyTurns <= SpinTurns)
        {
            Thread.SpinWait(1);
        }
        else if (emptyTurns <= YieldTurns)
        {
            Thread.Yield();
        }
        else
        {
            Linux.Sleeper.Sleep((int)Math.Min(emptyTurns - YieldTurns, _longestMicroseconds));
        }
    }
}
