using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>The gaps between packets, asked for and achieved, and how far sending is behind its schedule. Written by the source's worker.</summary>
internal sealed class GapAudit
{
    /// <summary>Packets whose least lag stands for the moment, when drift is measured: one late packet says nothing.</summary>
    private const int Window = 1024;

    private long _lastDue = -1;
    private long _lastSent;
    private long _windowLeast = long.MaxValue;
    private int _windowCount;

    internal LogLinearHistogram Asked { get; } = new();

    internal LogLinearHistogram Achieved { get; } = new();

    /// <summary>Difference of the two, without its sign.</summary>
    internal LogLinearHistogram Error { get; } = new();

    /// <summary>Least lag of the first window, in nanoseconds; -1 before it is full.</summary>
    internal long FirstLag { get; private set; } = -1;

    /// <summary>Least lag of the last full window.</summary>
    internal long LastLag { get; private set; }

    internal long LargestLag { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Record(long due, long now)
    {
        if (_lastDue >= 0)
        {
            long asked = due - _lastDue;
            long achieved = now - _lastSent;
            Asked.Record(asked);
            Achieved.Record(achieved);
            Error.Record(Math.Abs(achieved - asked));
        }

        _lastDue = due;
        _lastSent = now;
        long lag = now - due;
        if (lag < _windowLeast)
        {
            _windowLeast = lag;
        }

        if (lag > LargestLag)
        {
            LargestLag = lag;
        }

        if (++_windowCount == Window)
        {
            CloseWindow();
        }
    }

    /// <summary>The schedule was moved: lags before and after have nothing to do with each other.</summary>
    internal void Move(long nanoseconds)
    {
        _lastSent -= nanoseconds;
    }

    private void CloseWindow()
    {
        FirstLag = FirstLag < 0 ? _windowLeast : FirstLag;
        LastLag = _windowLeast;
        _windowLeast = long.MaxValue;
        _windowCount = 0;
    }
}
