namespace PollMode.Drivers.Traffic;

/// <summary>
/// The search of RFC 2544, section 26.1: halves the interval between a rate that passed and one that did not until it is as small as the
/// resolution. Then the upper end is tried again: if it passes now, its failure was not the device's, and the search goes on above it.
/// </summary>
/// <remarks>
/// Rates are parts of the highest. The bounds that failed are kept, the lowest last: they are what is left to search under when a lower one
/// turns out to pass.
/// </remarks>
internal sealed class RateSearch
{
    private readonly double _resolution;
    private readonly int _confirmations;
    private readonly Stack<double> _failed = new();
    private int _confirmed;

    internal RateSearch(double resolution, int confirmations)
    {
        // Differences of doubles: an interval of exactly one resolution is small enough.
        _resolution = resolution * (1 + 1e-9);
        _confirmations = confirmations;
    }

    /// <summary>The highest part that passed; zero when none did.</summary>
    internal double Passed { get; private set; }

    /// <summary>The part to try next, if the search is not over.</summary>
    internal double? Next { get; private set; } = 1;

    /// <summary>Notes what became of <see cref="Next"/>.</summary>
    internal void Note(bool passed)
    {
        double part = Next ?? throw new InvalidOperationException("The search is over.");
        bool isConfirmation = _failed.TryPeek(out double lowest) && lowest == part;
        if (passed)
        {
            Passed = part;
            _confirmed = 0;
            if (isConfirmation)
            {
                _failed.Pop();
            }
        }
        else if (isConfirmation)
        {
            _confirmed++;
        }
        else
        {
            _failed.Push(part);
            _confirmed = 0;
        }

        Next = Choose();
    }

    private double? Choose()
    {
        if (!_failed.TryPeek(out double lowest))
        {
            return null;
        }

        if (lowest - Passed > _resolution)
        {
            return (Passed + lowest) / 2;
        }

        return _confirmed < _confirmations ? lowest : null;
    }
}
