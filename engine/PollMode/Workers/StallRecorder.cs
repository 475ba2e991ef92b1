using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>
/// Finds the gaps in a worker's polling. The worker looks at the clock, not every turn but as often as keeps looks some microseconds
/// apart, so that it costs less than a percent; a gap above the threshold is counted with its cause. Written by the worker alone.
/// </summary>
/// <remarks>
/// Causes are found by difference to a sample of the thread that is renewed every ten milliseconds. The system calls for that and for the sample after a
/// stall are the only ones; the poll thread makes them itself, because any other thread would look too late to tell one stall from the next.
/// </remarks>
internal sealed class StallRecorder
{
    /// <summary>Most units of work between two looks.</summary>
    private const int MostUnits = 1 << 14;

    private static readonly long SamplePeriod = Stopwatch.Frequency / 100;
    private static readonly long ShortRest = Stopwatch.Frequency / 50_000;

    /// <summary>Stages are watched for so long after an unexplained stall, and not again before so long: a twentieth of the time at most.</summary>
    private static readonly long WatchTime = Stopwatch.Frequency / 20;
    private static readonly long WatchPeriod = Stopwatch.Frequency;
    private static readonly int Causes = Enum.GetValues<StallCause>().Length;

    private readonly long _threshold;
    private readonly bool _hasStages;
    private readonly long[] _counts = new long[Causes];
    private readonly long[] _longest = new long[Causes];
    private int _units = 1;
    private long _lastLook;
    private long _stageTime;
    private long _watchUntil;
    private long _nextWatch;
    private ThreadSample _sample;
    private long _total;
    private long _dropped;

    // A long gap over several turns, until the next turn has shown that it was not just that much work.
    private long _suspectGap;
    private long _suspectUnits;
    private StallCause _suspectCause;

    internal StallRecorder(TimeSpan threshold, bool hasStages)
    {
        _threshold = (long)(threshold.TotalSeconds * Stopwatch.Frequency);
        _hasStages = hasStages;
        UnitsLeft = threshold == TimeSpan.Zero ? int.MaxValue : 1;
    }

    /// <summary>Whether the worker should time its stages: when turns are so long that it costs nothing, or a stall wants an explanation.</summary>
    internal bool TimesStages { get; private set; }

    /// <summary>Work that may be done before <see cref="Turned"/> is told of it: a worker's turns go on for so long without a look at the clock.</summary>
    internal int UnitsLeft { get; private set; }

    internal long Count
    {
        get
        {
            long count = 0;
            for (int i = 0; i < Causes; i++)
            {
                count += Volatile.Read(ref _counts[i]);
            }

            return count;
        }
    }

    internal StallStatistics Statistics => new()
    {
        Threshold = ToTime(_threshold),
        Count = Count,
        Longest = ToTime(_longest.Max()),
        Total = ToTime(Volatile.Read(ref _total)),
        Causes = [.. Enum.GetValues<StallCause>().Select(cause =>
            new StallCount(cause, Volatile.Read(ref _counts[(int)cause]), ToTime(Volatile.Read(ref _longest[(int)cause]))))],
        Dropped = Volatile.Read(ref _dropped),
    };

    /// <summary>Begins, on the worker's thread.</summary>
    internal void Start()
    {
        _sample = ThreadSample.Take();
        _lastLook = Stopwatch.GetTimestamp();
    }

    /// <summary>After turns: looks at the clock when it is time to.</summary>
    /// <param name="units">Their work, as <see cref="UnitsOf"/> has it.</param>
    internal void Turned(int units)
    {
        UnitsLeft -= units;
        if (UnitsLeft <= 0)
        {
            Look();
        }
    }

    /// <summary>The work of a turn: one, and one more for each packet.</summary>
    internal static int UnitsOf(int packets) => packets + 1;

    /// <summary>Time that the stages of a burst took, where it was taken: if <see cref="TimesStages"/>, and in any turn that is made alone.</summary>
    internal void AddStageTime(long ticks) => _stageTime += ticks;

    /// <summary>Frames that a device lost around a stall. By the monitor.</summary>
    internal void AddDropped(long frames) => Volatile.Write(ref _dropped, _dropped + frames);

    /// <summary>Looks at the clock.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Look()
    {
        if (_threshold == 0)
        {
            UnitsLeft = int.MaxValue;
            return;
        }

        long now = Stopwatch.GetTimestamp();
        long gap = now - _lastLook;
        int done = Math.Max(1, _units - UnitsLeft);
        _lastLook = now;
        if (_suspectGap > 0)
        {
            Decide(gap, done);
        }

        if (gap > _threshold)
        {
            Suspect(gap, done);
        }
        else if (now - _sample.Timestamp > SamplePeriod)
        {
            _sample = ThreadSample.Take();
        }

        Pace(gap, now);
        _stageTime = 0;
    }

    /// <summary>After a rest that was meant: the time since the last look does not count.</summary>
    internal void Resume()
    {
        if (_threshold == 0)
        {
            return;
        }

        long now = Stopwatch.GetTimestamp();
        if (now - _lastLook > ShortRest)
        {
            // Time off the CPU that would else be held against the next gap.
            _sample = ThreadSample.Take();
        }

        _lastLook = now;
    }

    private static TimeSpan ToTime(long ticks) => TimeSpan.FromSeconds((double)ticks / Stopwatch.Frequency);

    /// <summary>Sets how much work may pass until the next look: a twentieth to a fifth of the threshold.</summary>
    private void Pace(long gap, long now)
    {
        if (_suspectGap > 0 || now < _watchUntil || gap > _threshold / 5)
        {
            _units = _suspectGap > 0 || now < _watchUntil ? 1 : Math.Max(1, _units / 2);
        }
        else if (gap < _threshold / 20 && _units < MostUnits)
        {
            _units *= 2;
        }

        UnitsLeft = _units;
        TimesStages = _hasStages && _units == 1;
    }

    private void Suspect(long gap, int units)
    {
        ThreadSample now = ThreadSample.Take();
        _suspectCause = CauseOf(gap, now);
        _suspectGap = gap;
        _suspectUnits = units;
        _sample = now;
        if (_units == 1)
        {
            // One turn: there is nothing to wait for.
            Add(_suspectCause, gap);
        }
    }

    /// <summary>If the turn after a long gap took as long for as much work, then the gap was work, and no stall.</summary>
    private void Decide(long gap, int units)
    {
        if (gap * (double)_suspectUnits / units < _suspectGap / 2.0)
        {
            Add(_suspectCause, _suspectGap);
        }

        _suspectGap = 0;
    }

    private void Add(StallCause cause, long gap)
    {
        _suspectGap = 0;
        int index = (int)cause;
        if (gap > _longest[index])
        {
            Volatile.Write(ref _longest[index], gap);
        }

        Volatile.Write(ref _total, _total + gap);
        Volatile.Write(ref _counts[index], _counts[index] + 1);
        if (cause == StallCause.Other && _hasStages && _lastLook >= _nextWatch)
        {
            _watchUntil = _lastLook + WatchTime;
            _nextWatch = _lastLook + WatchPeriod;
        }
    }

    private StallCause CauseOf(long gap, in ThreadSample now)
    {
        double seconds = (double)gap / Stopwatch.Frequency;
        if ((now.Pause - _sample.Pause).TotalSeconds >= seconds / 2)
        {
            return StallCause.Collection;
        }

        double away = ((double)(now.Timestamp - _sample.Timestamp) / Stopwatch.Frequency) - ((now.CpuNanoseconds - _sample.CpuNanoseconds) / 1e9);
        bool wasAway = away >= seconds / 2;
        if (wasAway && now.Switches != _sample.Switches)
        {
            return StallCause.Preemption;
        }

        if (wasAway && now.Collections != _sample.Collections)
        {
            return StallCause.Collection;
        }

        return now.Faults != _sample.Faults ? StallCause.PageFault : _stageTime >= gap / 2 ? StallCause.Stage : StallCause.Other;
    }
}
