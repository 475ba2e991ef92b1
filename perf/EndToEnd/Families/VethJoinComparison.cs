namespace PollMode.EndToEnd;

/// <summary>More frames than anybody can take at one interface: how many leave by another, addresses swapped.</summary>
internal sealed record VethJoinComparison(InterfaceDriver Driver) : IComparison
{
    private static readonly Tool[] NeedsTestpmd = [.. InterfaceDriver.Needs, Tool.Testpmd];

    public string Name => $"veth-join-{Driver.Name}";

    public string Summary => $"{Driver.Name}: a flood of {InterfaceDriver.FrameBytes}-byte frames from one interface to another, addresses swapped";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => "Counted by the kernel at the far end of the second pair.";

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", InterfaceDriver.Needs, bench => Measure(bench, pairs => Driver.StartPollMode(pairs, bench, InterfaceWork.Join))),
        new("testpmd", NeedsTestpmd, bench => Measure(bench, pairs => Driver.StartTestpmd(pairs, bench, InterfaceWork.Join))),
    ];

    private static Measurement Measure(Bench bench, Func<VethPair, ISubject> start)
    {
        using var pairs = new VethPair(2);
        using ISubject subject = start(pairs);
        using var generator = new LiveFrames(pairs.Far, InterfaceDriver.FrameBytes, 0, bench.OtherCore);
        Measurement measured = WireMeter.Measure(bench, pairs.FarOf(1), subject.ProcessId);
        generator.Stop();
        return measured;
    }
}
