using System.Globalization;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Something that must hold for exit code 0: <c>loss&lt;=0.001%</c>, <c>p99&lt;=50us</c>, <c>rate&gt;=1Mpps</c>.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Metric">What is looked at.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Limit">What with, in the metric's own unit.</param>
internal sealed record Expectation(string Text, string Metric, string Operator, double Limit)
{
    private static readonly Dictionary<string, (char Unit, Func<TrafficResult, double> Value)> Metrics = new(StringComparer.Ordinal)
    {
        ["loss"] = ('%', result => result.LossRatio),
        ["lost"] = ('n', result => result.Lost),
        ["duplicated"] = ('n', result => result.Duplicated),
        ["reordered"] = ('n', result => result.Reordered),
        ["corrupted"] = ('n', result => result.Corrupted),
        ["foreign"] = ('n', result => result.Foreign),
        ["sent"] = ('n', result => result.Sent),
        ["received"] = ('n', result => result.Received),
        ["rate"] = ('r', result => result.PacketsPerSecond),
        ["drift"] = ('n', result => Math.Abs(result.Gaps?.DriftPpm ?? 0)),
        ["jitter"] = ('t', result => result.Streams.Max(stream => stream.JitterNanoseconds)),
        ["min"] = ('t', result => result.Latency.Min),
        ["mean"] = ('t', result => result.Latency.Mean),
        ["p50"] = ('t', result => result.Latency.P50),
        ["p90"] = ('t', result => result.Latency.P90),
        ["p99"] = ('t', result => result.Latency.P99),
        ["p99.9"] = ('t', result => result.Latency.P999),
        ["p99.99"] = ('t', result => result.Latency.P9999),
        ["p99.999"] = ('t', result => result.Latency.P99999),
        ["max"] = ('t', result => result.Latency.Max),
    };

    /// <summary>Reads an expectation.</summary>
    /// <exception cref="PollModeException">It is not of the syntax.</exception>
    public static Expectation Parse(string text)
    {
        string trimmed = (text ?? string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal);
        string? found = ((string[])["<=", ">=", "==", "<", ">"]).FirstOrDefault(candidate => trimmed.Contains(candidate, StringComparison.Ordinal));
        string[] sides = found == null ? [] : trimmed.Split(found);
        if (sides.Length != 2 || !Metrics.TryGetValue(sides[0], out var metric))
        {
            throw new PollModeException($"'{text}' is not an expectation; write for example 'loss<=0.001%' or 'p99<=50us', of {string.Join(", ", Metrics.Keys)}.");
        }

        return new Expectation(trimmed, sides[0], found!, metric.Unit switch
        {
            't' => TimeText.ParseNanoseconds(sides[1]),
            'r' => Rate.Parse(sides[1]) is { Unit: RateUnit.PacketsPerSecond } rate ? rate.Value : throw new PollModeException($"The rate in '{text}' is to be in packets per second, for example 1Mpps."),
            '%' when sides[1].EndsWith('%') => Number(sides[1][..^1], text) / 100,
            _ => Number(sides[1], text),
        });
    }

    /// <summary>Whether it holds.</summary>
    public bool Holds(TrafficResult result)
    {
        double value = Metrics[Metric].Value(result);
        if (Metrics[Metric].Unit == 't' && result.Latency.Count == 0)
        {
            // Nothing came: there is no latency to be satisfied with.
            return false;
        }

        return Operator switch
        {
            "<=" => value <= Limit,
            ">=" => value >= Limit,
            "<" => value < Limit,
            ">" => value > Limit,
            _ => value == Limit,
        };
    }

    private static double Number(string text, string? whole) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw new PollModeException($"'{text}' in the expectation '{whole}' is not a number.");
}
