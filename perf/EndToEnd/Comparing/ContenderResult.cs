using System.Text.Json.Serialization;

namespace PollMode.EndToEnd;

/// <summary>What one contender measured, run by run.</summary>
/// <param name="Name">Whose.</param>
/// <param name="Runs">The values of each run, by <see cref="Quantity.Key"/>.</param>
/// <param name="Failure">Why there are no more runs; null if nothing went wrong.</param>
internal sealed record ContenderResult(string Name, IReadOnlyList<IReadOnlyDictionary<string, double>> Runs, string? Failure = null)
{
    /// <summary>The spread of a quantity; null if no run has it.</summary>
    internal Spread? Of(Quantity quantity)
    {
        double[] values = [.. Values(quantity)];
        return values.Length == 0 ? null : Spread.Of(values);
    }

    internal IEnumerable<double> Values(Quantity quantity) => Runs.Where(run => run.ContainsKey(quantity.Key)).Select(run => run[quantity.Key]);

    [JsonIgnore]
    internal bool HasRuns => Runs.Count > 0;
}
