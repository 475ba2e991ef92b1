namespace PollMode.Testing;

/// <summary>A clock that stands until a test moves it.</summary>
public sealed class ManualClock : TimeProvider
{
    private long _timestamp = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _timestamp);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    /// <summary>Moves the clock.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _timestamp, time.Ticks);
}
