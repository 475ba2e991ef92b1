using System.Text.Json.Serialization;

namespace PollMode.EndToEnd;

/// <summary>What a comparison gave, with all that a reader needs to judge and to repeat it.</summary>
internal sealed record ComparisonResult
{
    /// <summary>The comparison's name, by which it is run again.</summary>
    public required string Name { get; init; }

    /// <summary>What was done.</summary>
    public required string Summary { get; init; }

    /// <summary>Key of the <see cref="Quantity"/> that the ratio is of.</summary>
    public required string Ranks { get; init; }

    /// <summary>What a reader must know; null if nothing.</summary>
    public string? Caveat { get; init; }

    /// <summary>PollMode first.</summary>
    public required IReadOnlyList<ContenderResult> Contenders { get; init; }

    /// <summary>Places on charts.</summary>
    public IReadOnlyList<SweepPoint> Points { get; init; } = [];

    /// <summary>Where and how it was measured.</summary>
    public required RunContext Context { get; init; }

    [JsonIgnore]
    internal Quantity Quantity => Quantity.Of(Ranks);

    [JsonIgnore]
    internal ContenderResult PollMode => Contenders[0];

    /// <summary>The part of the name before the first dash.</summary>
    [JsonIgnore]
    internal string Family => Name.Split('-')[0];

    /// <summary>
    /// How many times better PollMode did than a peer, run by run: the first of one with the first of the other. Above one PollMode is ahead,
    /// whichever way the quantity goes. Runs between which the cores moved (<see cref="CorePlacement"/>) are no pair, whoever would win.
    /// </summary>
    internal IEnumerable<double> RatiosTo(ContenderResult peer) => PollMode.Runs.Zip(peer.Runs)
        .Where(pair => pair.First.ContainsKey(Ranks) && pair.Second.ContainsKey(Ranks) && CorePlacement.ArePair(pair.First, pair.Second))
        .Select(pair => Quantity.MoreIsBetter ? pair.First[Ranks] / pair.Second[Ranks] : pair.Second[Ranks] / pair.First[Ranks]);
}
