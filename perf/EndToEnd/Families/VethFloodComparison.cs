namespace PollMode.EndToEnd;

/// <summary>More frames than anybody can take, made in the kernel on the other core: how many are received, or answered.</summary>
internal sealed record VethFloodComparison(InterfaceDriver Driver, bool Swaps) : IComparison
{
    private static readonly Tool[] NeedsTestpmd = [.. InterfaceDriver.Needs, Tool.Testpmd];

    public string Name => $"veth-{(Swaps ? "swap" : "drop")}-{Driver.Name}";

    public string Summary => $"{Driver.Name}: a flood of {InterfaceDriver.FrameBytes}-byte frames {(Swaps ? "answered with addresses swapped" : "received and dropped")}";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => Swaps
        ? "Answers are counted by the kernel at the far end."
        : "The generator and the kernel's part of receiving share the other core and are the limit for AF_XDP: see veth-load and veth-lossless for what the receivers themselves cost. "
        + "XDP_DROP is a program in the kernel that drops all, the most that could be received.";

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", InterfaceDriver.Needs, bench => Measure(bench, pair => Driver.StartPollMode(pair, bench, Work))),
        new("testpmd", NeedsTestpmd, bench => Measure(bench, pair => Driver.StartTestpmd(pair, bench, Work))),
        .. Driver.Name == "af_xdp" && !Swaps ? (Contender[])[new("XDP_DROP", InterfaceDriver.Needs, MeasureDropProgram)] : [],
    ];

    private InterfaceWork Work => Swaps ? InterfaceWork.Swap : InterfaceWork.Drop;

    private Measurement Measure(Bench bench, Func<VethPair, ISubject> start)
    {
        using var pair = new VethPair();
        using ISubject subject = start(pair);
        Wire wire = Driver.WireOf(pair);
        using var generator = new LiveFrames(wire, InterfaceDriver.FrameBytes, 0, bench.OtherCore);
        if (!Swaps)
        {
            Measurement measured = subject.Measure(bench.WarmUpSeconds, bench.Seconds);
            generator.Stop();
            return measured;
        }

        Measurement rate = WireMeter.Measure(bench, wire, subject.ProcessId);
        generator.Stop();
        return rate;
    }

    private static Measurement MeasureDropProgram(Bench bench)
    {
        using var pair = new VethPair();
        using var program = new DropProgram(pair.Near, VethPair.NearDevice);
        using var generator = new LiveFrames(pair.Far, InterfaceDriver.FrameBytes, 0, bench.OtherCore);
        Measurement rate = WireMeter.Measure(bench, new Wire(pair.Near, VethPair.NearDevice), null);
        generator.Stop();
        return rate;
    }
}
