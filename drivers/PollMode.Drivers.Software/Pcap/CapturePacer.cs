namespace PollMode.Drivers.Software;

/// <summary>
/// Says when a frame is due at the recorded pace. The schedule is absolute, from the first frame on, so that lateness does not add up; the
/// laps of a repeated capture follow each other at its mean distance between frames.
/// </summary>
internal sealed class CapturePacer
{
    private readonly TimeProvider _time;
    private readonly double _ticksPerNanosecond;
    private long _start;
    private long _first;
    private long _last;
    private long _lap;
    private long _lapOffset;
    private long _frames;
    private bool _hasStarted;

    /// <summary>Makes a pacer.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="speed">How many times as fast as recorded.</param>
    internal CapturePacer(TimeProvider time, double speed)
    {
        _time = time;
        _ticksPerNanosecond = time.TimestampFrequency / 1e9 / speed;
    }

    /// <summary>The clock's present reading; taken once for each burst.</summary>
    internal long Now => _time.GetTimestamp();

    /// <summary>Whether a frame may be given.</summary>
    /// <param name="frame">The next frame. One without a time is due at once.</param>
    /// <param name="lap">The lap it is of.</param>
    /// <param name="now">From <see cref="Now"/>.</param>
    internal bool IsDue(in CapturedFrame frame, long lap, long now)
    {
        if (!frame.HasTimestamp)
        {
            return true;
        }

        if (!_hasStarted)
        {
            _hasStarted = true;
            _start = now;
            _first = frame.TimestampNanoseconds;
            _last = _first;
        }

        if (lap != _lap)
        {
            long span = _last - _first;
            _lapOffset += span + (_frames > 1 ? span / (_frames - 1) : 0);
            _lap = lap;
            _frames = 0;
            _last = _first;
        }

        // In double: a capture's span in nanoseconds loses less than a microsecond in a hundred days.
        double due = _start + ((frame.TimestampNanoseconds - _first + _lapOffset) * _ticksPerNanosecond);
        return now >= due;
    }

    /// <summary>Notes that a frame was given.</summary>
    internal void Gave(in CapturedFrame frame)
    {
        if (frame.HasTimestamp)
        {
            _frames++;
            _last = Math.Max(_last, frame.TimestampNanoseconds);
        }
    }
}
