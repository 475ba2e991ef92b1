namespace PollMode.EndToEnd.Tests;

/// <summary>A comparison that measures nothing real.</summary>
internal sealed record FakeComparison(string Name, params Contender[] Sides) : IComparison
{
    public string Summary => $"what {Name} does";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat { get; init; }

    public string? WhySlow { get; init; }

    public IReadOnlyList<Contender> Contenders => Sides;
}
