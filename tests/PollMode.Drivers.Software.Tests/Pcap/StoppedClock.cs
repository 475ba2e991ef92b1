namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>A clock that a test moves by hand: wall time and ticks of a nanosecond.</summary>
internal sealed class StoppedClock : TimeProvider
{
    internal const long Start = 1_700_000_000_123_456_700;

    internal long Nanoseconds { get; set; }

    public override long TimestampFrequency => 1_000_000_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks((Start + Nanoseconds) / 100);

    public override long GetTimestamp() => 55 + Nanoseconds;
}
