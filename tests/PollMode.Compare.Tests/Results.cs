namespace PollMode.EndToEnd.Tests;

/// <summary>Results as a run would give them.</summary>
internal static class Results
{
    internal static ComparisonResult Of(string name, Quantity ranks, params (string Contender, double[] Values)[] contenders) => new()
    {
        Name = name,
        Summary = $"what {name} does",
        Ranks = ranks.Key,
        Contenders = [.. contenders.Select(each => new ContenderResult(each.Contender, [.. each.Values.Select(value => new Dictionary<string, double> { [ranks.Key] = value })]))],
        Context = new RunContext($"compare {name}", "2001-02-03", "a machine", "a version", "0.10 0.20 0.30", "1.00 0.50 0.40"),
    };
}
