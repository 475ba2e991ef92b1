namespace PollMode.Drivers.Traffic.Tests;

/// <summary>A clock that moves by the same step at every look: runs on it are the same every time, however busy the machine.</summary>
internal sealed class SteppingClock(long step) : TimeProvider
{
    private long _now = 1_000_000_000;

    public long Step { get; set; } = step;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => _now += Step;

    public void Skip(long nanoseconds) => _now += nanoseconds;
}
