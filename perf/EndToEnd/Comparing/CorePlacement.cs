namespace PollMode.EndToEnd;

/// <summary>
/// Keeps pairs of runs comparable whose work crosses cores: a virtual machine's processors move about on the host, and how far apart they are
/// decides more than the contenders do. A run counts if the distance was the same before and after it, and the same as of the runs beside it;
/// else it is made again. When that is in vain it counts as it is. The distance stands beside the rate in any case.
/// </summary>
/// <param name="look">Measures the distance, in nanoseconds.</param>
/// <param name="pause">Waits before looking again.</param>
internal sealed class CorePlacement(Func<double> look, Action pause)
{
    /// <summary>Times that a run is made at most.</summary>
    internal const int Tries = 3;

    /// <summary>Times that the distance is looked at before a run, for the one that is wanted.</summary>
    internal const int Looks = 10;

    /// <summary>Further apart than this are two distances of different kinds; of one kind they differ by a tenth.</summary>
    private const double Alike = 1.5;

    private double? _wanted;

    /// <summary>The next run is the first of those that are compared with each other.</summary>
    internal void BeginTurn() => _wanted = null;

    /// <summary>Makes a run.</summary>
    internal Measurement Measure(Func<Measurement> run)
    {
        for (int attempt = 1; ; attempt++)
        {
            double before = Await();
            Measurement measured = run();
            double after = look();
            if (attempt == Tries || (AreAlike(before, after) && AreAlike(before, _wanted ?? before)))
            {
                _wanted ??= before;
                return measured.With(Quantity.CoreDistance, (before + after) / 2);
            }
        }
    }

    private double Await()
    {
        double distance = look();
        for (int looks = 1; looks < Looks && _wanted is { } wanted && !AreAlike(distance, wanted); looks++)
        {
            pause();
            distance = look();
        }

        return distance;
    }

    /// <summary>Whether two runs, whose values are given, had the same distance, or none to tell.</summary>
    internal static bool ArePair(IReadOnlyDictionary<string, double> one, IReadOnlyDictionary<string, double> other) =>
        !one.TryGetValue(Quantity.CoreDistance.Key, out double here) || !other.TryGetValue(Quantity.CoreDistance.Key, out double there) || AreAlike(here, there);

    private static bool AreAlike(double one, double other) => Math.Max(one, other) <= Alike * Math.Min(one, other);
}
