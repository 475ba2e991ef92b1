using System.Text.Json;

namespace PollMode.EndToEnd;

/// <summary>What one run of one contender gave: values by <see cref="Quantity.Key"/>. What was not measured is not there.</summary>
internal sealed record Measurement(IReadOnlyDictionary<string, double> Values)
{
    internal static Measurement Of(params (Quantity Quantity, double Value)[] values) =>
        new(values.ToDictionary(each => each.Quantity.Key, each => each.Value));

    internal double? this[Quantity quantity] => Values.TryGetValue(quantity.Key, out double value) ? value : null;

    internal Measurement With(Quantity quantity, double value) => new(new Dictionary<string, double>(Values) { [quantity.Key] = value });

    /// <summary>One line of JSON: how a process of our own tells its parent.</summary>
    internal string ToLine() => JsonSerializer.Serialize(Values);

    internal static Measurement FromLine(string line) => new(JsonSerializer.Deserialize<Dictionary<string, double>>(line)!);
}
