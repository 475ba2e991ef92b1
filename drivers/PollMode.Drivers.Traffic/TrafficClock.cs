namespace PollMode.Drivers.Traffic;

/// <summary>Nanoseconds of a monotonic clock: what schedules are kept by and packets are stamped with.</summary>
/// <remarks>On Linux it is CLOCK_MONOTONIC, which all processes of a machine share: latencies between two of them are meaningful.</remarks>
internal sealed class TrafficClock
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly TimeProvider _provider;
    private readonly bool _isNanoseconds;
    private readonly bool _isSystem;

    internal TrafficClock(TimeProvider provider)
    {
        _provider = provider;
        _isNanoseconds = provider.TimestampFrequency == NanosecondsPerSecond;
        _isSystem = _isNanoseconds && provider == TimeProvider.System;
    }

    internal long Nanoseconds
    {
        get
        {
            if (_isSystem)
            {
                return System.Diagnostics.Stopwatch.GetTimestamp();
            }

            long ticks = _provider.GetTimestamp();
            return _isNanoseconds ? ticks : (long)((Int128)ticks * NanosecondsPerSecond / _provider.TimestampFrequency);
        }
    }
}
