using System.Globalization;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Reads expectations.</summary>
internal static class ExpectationSyntax
{
    private static readonly string[] Operators = ["<=", ">=", "==", "<", ">"];

    /// <summary>Reads an expectation.</summary>
    /// <exception cref="PollModeException">It is not of the syntax, or of nothing that is known.</exception>
    public static Expectation<T> Parse<T>(string text, IReadOnlyDictionary<string, Metric<T>> metrics)
    {
        string trimmed = (text ?? string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal);
        string? found = Operators.FirstOrDefault(candidate => trimmed.Contains(candidate, StringComparison.Ordinal));
        string[] sides = found == null ? [] : trimmed.Split(found);
        return sides.Length == 2 && metrics.TryGetValue(sides[0], out Metric<T>? metric)
            ? new Expectation<T>(trimmed, metric, found!, Limit(sides[1], metric.Unit, trimmed))
            : throw new PollModeException($"'{text}' is not an expectation; write NAME<=LIMIT, with <=, >=, ==, < or > and a name of {string.Join(", ", metrics.Keys)}.");
    }

    private static double Limit(string text, MetricUnit unit, string whole) => unit switch
    {
        MetricUnit.Time => TimeText.ParseNanoseconds(text),
        MetricUnit.PacketRate => Rate.Parse(text) is { Unit: RateUnit.PacketsPerSecond } rate ? rate.Value : throw new PollModeException($"The rate in '{whole}' is to be in packets per second, for example 1Mpps."),
        MetricUnit.Part when text.EndsWith('%') => Number(text[..^1], whole) / 100,
        _ => Number(text, whole),
    };

    private static double Number(string text, string whole) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        ? number
        : throw new PollModeException($"'{text}' in the expectation '{whole}' is not a number.");
}
