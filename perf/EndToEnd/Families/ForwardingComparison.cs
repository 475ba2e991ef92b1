namespace PollMode.EndToEnd;

/// <summary>One engine beside one dpdk-testpmd with the same ports, each by itself on the machine.</summary>
internal sealed record ForwardingComparison(string Name, string Summary, EngineWork Engine, TestpmdWork? Testpmd) : IComparison
{
    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat { get; init; }

    public IReadOnlyList<SweepPoint> Points { get; init; } = [];

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", [], Engine.Measure),
        .. Testpmd == null ? Array.Empty<Contender>() : [new("testpmd", [Tool.Testpmd], Testpmd.Measure)],
    ];
}
