namespace PollMode.Drivers.Software;

/// <summary>
/// How many frames are due at a rate. Who polls late catches up, but for no more than <see cref="LongestArrears"/>: what is older is given
/// up and counted, so that a stall does not end in a flood.
/// </summary>
internal sealed class FramePace
{
    private static readonly TimeSpan LongestArrears = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _clock;
    private readonly double _framesPerTick;
    private readonly long _mostDue;
    private long _start = -1;
    private long _given;
    private long _missed;

    internal FramePace(double framesPerSecond, TimeProvider clock)
    {
        _clock = clock;
        _framesPerTick = framesPerSecond / clock.TimestampFrequency;
        _mostDue = Math.Max(1, (long)(framesPerSecond * LongestArrears.TotalSeconds));
    }

    /// <summary>Frames that were due and were given up.</summary>
    internal long Missed => Volatile.Read(ref _missed);

    /// <summary>Frames due now. The clock starts with the first call.</summary>
    internal int Due(int most)
    {
        long now = _clock.GetTimestamp();
        if (_start < 0)
        {
            _start = now;
        }

        long due = (long)((now - _start) * _framesPerTick) - _given;
        if (due > _mostDue)
        {
            _missed += due - _mostDue;
            _given += due - _mostDue;
            due = _mostDue;
        }

        return (int)Math.Min(due, most);
    }

    internal void Give(int count) => _given += count;
}
