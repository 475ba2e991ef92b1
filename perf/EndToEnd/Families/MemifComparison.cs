namespace PollMode.EndToEnd;

/// <summary>Packets one way over a memif, counted by the receiver.</summary>
internal sealed record MemifComparison(string Name, MemifRole Role, bool ZeroCopy, int FrameBytes) : IComparison
{
    private const string TestpmdAlone = "testpmd to testpmd";

    private static readonly Tool[] NeedsTestpmd = [Tool.Testpmd];

    public string Summary => $"{Described} over memif, {(ZeroCopy ? "the client's buffers shared" : "copied at both ends")}, {FrameBytes} bytes";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => "The slower of the two processes sets the rate. Both spin, so that CPU time says nothing.";

    public bool CrossesCores => true;

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", Role == MemifRole.Both ? [] : NeedsTestpmd, bench => Measure(bench, Role is MemifRole.Send or MemifRole.Both, Role is MemifRole.Receive or MemifRole.Both)),
        new(TestpmdAlone, NeedsTestpmd, bench => Measure(bench, false, false)),
    ];

    private string Described => Role switch
    {
        MemifRole.Send => "PollMode to testpmd",
        MemifRole.Receive => "testpmd to PollMode",
        _ => "PollMode to PollMode",
    };

    private Measurement Measure(Bench bench, bool weSend, bool weReceive)
    {
        using var link = new MemifLink(FrameBytes, ZeroCopy);
        return weReceive ? MeasureOurs(bench, link, weSend) : MeasureTheirs(bench, link, weSend);
    }

    private static Measurement MeasureOurs(Bench bench, MemifLink link, bool weSend)
    {
        using EngineProcess receiver = EngineProcess.Start(new EngineWork { Ports = [link.OurServer], Egress = [-1], Counts = "rx" }, bench, bench.CoreText);
        using IDisposable sender = StartSender(bench, link, weSend);
        return Rate(receiver.Measure(bench.WarmUpSeconds, bench.Seconds));
    }

    private static Measurement MeasureTheirs(Bench bench, MemifLink link, bool weSend)
    {
        var work = new TestpmdWork { Devices = [link.TheirServer], Mode = "rxonly", CountsReceived = true };
        using TestpmdProcess receiver = TestpmdProcess.Start(work, bench, [bench.Core], bench.OtherCore);
        using IDisposable sender = StartSender(bench, link, weSend);
        return Rate(receiver.Measure(bench.WarmUpSeconds, bench.Seconds));
    }

    private static IDisposable StartSender(Bench bench, MemifLink link, bool weSend) => weSend
        ? EngineProcess.Start(new EngineWork { Ports = [$"traffic:rate=max,signature=off,size={link.FrameBytes + 4}", link.OurClient], Egress = [1, -1] }, bench, bench.OtherCoreText)
        : TestpmdProcess.Start(
            new TestpmdWork { Devices = [link.TheirClient], Mode = "txonly", Arguments = [$"--txpkts={link.FrameBytes}"], EnvironmentArguments = ["--single-file-segments"] },
            bench, [bench.OtherCore], bench.Core);

    private static Measurement Rate(Measurement measured) => Measurement.Of((Quantity.PacketRate, measured[Quantity.PacketRate] ?? 0));
}
