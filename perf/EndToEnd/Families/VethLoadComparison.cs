namespace PollMode.EndToEnd;

/// <summary>
/// The same moderate load for every contender, received and dropped: what it costs in CPU time and system calls. PollMode waits in poll(2) when
/// nothing comes; testpmd has no way of waiting and always takes a whole core.
/// </summary>
internal sealed record VethLoadComparison(InterfaceDriver Driver) : IComparison
{
    private const double Rate = 200_000;

    private static readonly Tool[] NeedsTestpmd = [.. InterfaceDriver.Needs, Tool.Testpmd];

    public string Name => $"veth-load-{Driver.Name}";

    public string Summary => $"{Driver.Name}: CPU time of receiving {Rate / 1000:0} thousand {InterfaceDriver.FrameBytes}-byte frames per second";

    public Quantity Ranks => Quantity.CpuTime;

    public string? Caveat => "PollMode waits when nothing comes, and spins beside it for what it costs to spin; testpmd can only spin. The frames come in bursts of 32.";

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", InterfaceDriver.Needs, bench => Measure(bench, pair => Driver.StartPollMode(pair, bench, InterfaceWork.Drop, IdleKind.Blocking))),
        new("testpmd", NeedsTestpmd, bench => Measure(bench, pair => Driver.StartTestpmd(pair, bench, InterfaceWork.Drop))),
        new("PollMode, spinning", InterfaceDriver.Needs, bench => Measure(bench, pair => Driver.StartPollMode(pair, bench, InterfaceWork.Drop))),
    ];

    private Measurement Measure(Bench bench, Func<VethPair, ISubject> start)
    {
        using var pair = new VethPair();
        using ISubject subject = start(pair);
        using var generator = new LiveFrames(Driver.WireOf(pair), InterfaceDriver.FrameBytes, Rate, bench.OtherCore);
        Measurement measured = subject.Measure(bench.WarmUpSeconds, bench.Seconds);
        if (SystemCalls.PerSecondOf(subject.ProcessId, bench.Stop) is { } calls)
        {
            measured = measured.With(Quantity.SystemCalls, calls / measured[Quantity.PacketRate]!.Value * 1000);
        }

        // What the receiver cannot see it cannot report: the loss is of what was sent.
        long received = subject.CountPackets();
        long before = generator.Sent;
        Thread.Sleep(1000);
        long sent = generator.Stop() - before;
        Thread.Sleep(100);
        return measured.With(Quantity.Loss, Math.Max(0, 1 - ((double)(subject.CountPackets() - received) / Math.Max(1, sent))));
    }
}
