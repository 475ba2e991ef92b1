using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>Smallest, middle and largest of some measurements.</summary>
internal sealed record Spread(double Minimum, double Median, double Maximum)
{
    /// <exception cref="PollModeException">There is nothing to take the middle of.</exception>
    internal static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            throw new PollModeException("Nothing was measured, so there is no middle value.");
        }

        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[^1]);
    }

    /// <summary>Three significant digits, and no more than three decimals.</summary>
    internal static string Digits(double value) => Math.Abs(value) switch
    {
        >= 99.95 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 0.9995 or 0 => value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString("0.000", CultureInfo.InvariantCulture),
    };

    /// <summary>The middle, and the ends in brackets.</summary>
    public override string ToString() => $"{Digits(Median)} ({Digits(Minimum)} to {Digits(Maximum)})";
}
