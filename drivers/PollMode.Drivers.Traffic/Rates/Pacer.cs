using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// The schedule of one stream: when each packet is due, in nanoseconds from the start of the run. It never looks at when packets really
/// left, so a late packet does not delay those behind it and no error adds up.
/// </summary>
/// <remarks>
/// A kept rate adds the gap to the due time, whole nanoseconds and remainder apart, so that the rounding of a sum that grows for hours
/// stays that of one gap. A ramp solves the integral of its rate for the time by which the work so far is done.
/// </remarks>
internal sealed class Pacer
{
    internal const long Never = long.MaxValue;

    private readonly IReadOnlyList<RateStep> _steps;
    private readonly Spacing _spacing;
    private SeededRandom _random;
    private int _step = -1;
    private Rate _unit;
    private bool _isMax;
    private bool _isRamp;
    private long _stepStart;
    private long _stepEnd;
    private double _nanosecondsPerWork;
    private double _rampFrom;
    private double _rampSlope;
    private double _rampWork;
    private double _remainder;
    private long _burstWork;
    private int _burstCount;

    /// <summary>Starts a schedule.</summary>
    /// <param name="profile">The rates; percentages resolved.</param>
    /// <param name="spacing">How packets are spread.</param>
    /// <param name="start">When the first packet is due.</param>
    /// <param name="random">Chance for Poisson gaps.</param>
    internal Pacer(RateProfile profile, Spacing spacing, long start, SeededRandom random)
    {
        _steps = profile.Steps;
        _spacing = spacing;
        _random = random;
        _stepEnd = start;
        Due = start;
        EnterNextStep(0);
        if (spacing.Kind == SpacingKind.Poisson && !_isMax)
        {
            // The first arrival of a Poisson process comes after an exponential time, too.
            Forward(_random.Exponential() * _unit.WorkOf(EthernetWire.MinimumFrameBytes));
        }
    }

    /// <summary>When the next packet is due; <see cref="Never"/> after the last step.</summary>
    internal long Due { get; private set; }

    /// <summary>Whether packets are due whenever there is room for them.</summary>
    internal bool IsMax => _isMax;

    /// <summary>Moves on to the packet after one that is sent now.</summary>
    /// <param name="frameBytes">The packet that is sent, FCS included.</param>
    /// <param name="now">Now, for steps without a schedule of their own.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Advance(int frameBytes, long now)
    {
        if (_isMax)
        {
            AdvanceMax(now);
            return;
        }

        long work = _unit.WorkOf(frameBytes);
        if (_spacing.Kind == SpacingKind.Constant)
        {
            if (_isRamp)
            {
                Forward(work);
                return;
            }

            _remainder += work * _nanosecondsPerWork;
            long whole = (long)_remainder;
            _remainder -= whole;
            Due += whole;
            if (Due >= _stepEnd)
            {
                LeaveStep();
            }
        }
        else
        {
            AdvanceUneven(work);
        }
    }

    private void AdvanceMax(long now)
    {
        Due = Math.Max(Due, now);
        if (Due >= _stepEnd)
        {
            EnterNextStep(0);
        }
    }

    private void AdvanceUneven(long work)
    {
        if (_spacing.Kind == SpacingKind.Poisson)
        {
            Forward(work * _random.Exponential());
        }
        else if (_spacing.GapNanoseconds > 0)
        {
            Forward(work);
            if (++_burstCount == _spacing.Packets && Due != Never)
            {
                _burstCount = 0;
                Skip(_spacing.GapNanoseconds);
            }
        }
        else
        {
            _burstWork += work;
            if (++_burstCount == _spacing.Packets)
            {
                Forward(_burstWork);
                _burstCount = 0;
                _burstWork = 0;
            }
        }
    }

    /// <summary>Moves on by an amount of work: packets or bits.</summary>
    private void Forward(double work)
    {
        if (_isMax)
        {
            return;
        }

        if (_isRamp)
        {
            _rampWork += work;
            double root = (_rampFrom * _rampFrom) + (2 * _rampSlope * _rampWork);
            double length = _stepEnd - _stepStart;
            double time = root < 0 ? double.PositiveInfinity : 2 * _rampWork / (_rampFrom + Math.Sqrt(root));
            if (time < length)
            {
                Due = _stepStart + (long)time;
                _remainder = 0;
                return;
            }

            double whole = (_rampFrom + (_rampSlope * length / 2)) * length;
            EnterNextStep(_rampWork - whole);
            return;
        }

        _remainder += work * _nanosecondsPerWork;
        long nanoseconds = (long)_remainder;
        _remainder -= nanoseconds;
        Due += nanoseconds;
        if (Due >= _stepEnd)
        {
            LeaveStep();
        }
    }

    /// <summary>Silence: the schedule goes on after a time without work.</summary>
    private void Skip(long nanoseconds)
    {
        Due += nanoseconds;
        if (Due >= _stepEnd)
        {
            LeaveStep();
        }
    }

    /// <summary>The due time lies behind the end of a kept rate: what is left of the packet's work is done at the next rate.</summary>
    private void LeaveStep() => EnterNextStep((Due - _stepEnd + _remainder) / _nanosecondsPerWork);

    private void EnterNextStep(double workLeft)
    {
        _step++;
        if (_step == _steps.Count)
        {
            Due = Never;
            _isMax = false;
            return;
        }

        RateStep step = _steps[_step];
        Rate before = _unit;
        _unit = step.From;
        _isMax = step.From.IsMax;
        _isRamp = step.From != step.To;
        _stepStart = _stepEnd;
        _stepEnd = step.Nanoseconds == 0 ? Never : _stepStart + step.Nanoseconds;
        Due = Math.Max(_stepStart, 0);
        _remainder = 0;
        _rampWork = 0;
        if (_isMax)
        {
            return;
        }

        double perNanosecond = step.From.Value / 1e9;
        _nanosecondsPerWork = 1e9 / step.From.Value;
        _rampFrom = perNanosecond;
        _rampSlope = _isRamp ? (step.To.Value - step.From.Value) / 1e9 / step.Nanoseconds : 0;

        // Work is carried over only between steps that count the same thing.
        if (workLeft > 0 && before.Unit == _unit.Unit)
        {
            Forward(workLeft);
        }
    }
}
