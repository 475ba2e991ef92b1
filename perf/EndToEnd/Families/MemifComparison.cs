namespace PollMode.EndToEnd;

/// <summary>Packets one way over a memif, counted by the receiver.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">What PollMode does.</param>
/// <param name="ZeroCopy">Whether the client's buffers are shared.</param>
/// <param name="FrameBytes">Bytes of a frame.</param>
/// <param name="Forwards">Whether senders pass on what a null port gives, and write no byte of it, instead of making packets.</param>
internal sealed record MemifComparison(string Name, MemifRole Role, bool ZeroCopy, int FrameBytes, bool Forwards) : IComparison
{
    private const string TestpmdAlone = "testpmd to testpmd";
    private const string TestpmdDrains = "PollMode to testpmd";

    private static readonly Tool[] NeedsTestpmd = [Tool.Testpmd];

    public string Summary => $"{Described} over memif, {(ZeroCopy ? "the client's buffers shared" : "copied at both ends")}, {FrameBytes} bytes{(Forwards ? ", from a null port" : "")}";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => Forwards
        ? "Senders forward from a null port, as large as the frames, and write nothing: what is measured is the memif. Both spin, so that CPU time says nothing."
        : "The slower of the two processes sets the rate. Both spin, so that CPU time says nothing. Senders write the headers of each frame and leave the rest as it was in the buffer: testpmd's txonly, "
        + "and PollMode's generator with payload=leave."
        + (Role != MemifRole.Receive ? ""
            : ZeroCopy ? " Where testpmd's sender is the limit, its rate depends on how soon the receiver gives the lent buffers back."
            : " Of two receivers that testpmd's sender cannot keep busy, both show its rate: see memif-drain for the receivers.");

    public bool CrossesCores => true;

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", Role is MemifRole.Both or MemifRole.Drain ? [] : NeedsTestpmd, bench => Measure(bench, Role != MemifRole.Receive, Role != MemifRole.Send)),
        new(Role == MemifRole.Drain ? TestpmdDrains : TestpmdAlone, NeedsTestpmd, bench => Measure(bench, Role == MemifRole.Drain, false)),
    ];

    private string Described => Role switch
    {
        MemifRole.Send => "PollMode to testpmd",
        MemifRole.Receive => "testpmd to PollMode",
        MemifRole.Drain => "PollMode to a receiver",
        _ => "PollMode to PollMode",
    };

    private Measurement Measure(Bench bench, bool weSend, bool weReceive)
    {
        using var link = new MemifLink(FrameBytes, ZeroCopy);
        return weReceive ? MeasureOurs(bench, link, weSend) : MeasureTheirs(bench, link, weSend);
    }

    private Measurement MeasureOurs(Bench bench, MemifLink link, bool weSend)
    {
        using EngineProcess receiver = EngineProcess.Start(new EngineWork { Ports = [link.OurServer], Egress = [-1], Counts = "rx" }, bench, bench.CoreText);
        using IDisposable sender = StartSender(bench, link, weSend);
        return Rate(receiver.Measure(bench.WarmUpSeconds, bench.Seconds));
    }

    private Measurement MeasureTheirs(Bench bench, MemifLink link, bool weSend)
    {
        var work = new TestpmdWork { Devices = [link.TheirServer], Mode = "rxonly", CountsReceived = true };
        using TestpmdProcess receiver = TestpmdProcess.Start(work, bench, [bench.Core], bench.OtherCore);
        using IDisposable sender = StartSender(bench, link, weSend);
        return Rate(receiver.Measure(bench.WarmUpSeconds, bench.Seconds));
    }

    private IDisposable StartSender(Bench bench, MemifLink link, bool weSend) => weSend
        ? EngineProcess.Start(
            new EngineWork { Ports = [Forwards ? $"null:size={FrameBytes}" : $"traffic:rate=max,signature=off,payload=leave,size={FrameBytes + 4}", link.OurClient], Egress = [1, -1] }, bench, bench.OtherCoreText)
        : TestpmdProcess.Start(
            new TestpmdWork
            {
                Devices = Forwards ? [$"net_null0,size={FrameBytes}", link.TheirClient] : [link.TheirClient],
                Mode = Forwards ? "io" : "txonly",
                Arguments = Forwards ? [] : [$"--txpkts={FrameBytes}"],
                EnvironmentArguments = ["--single-file-segments"],
            },
            bench, [bench.OtherCore], bench.Core);

    private static Measurement Rate(Measurement measured) => Measurement.Of((Quantity.PacketRate, measured[Quantity.PacketRate] ?? 0));
}
