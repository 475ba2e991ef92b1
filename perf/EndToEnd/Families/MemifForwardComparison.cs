namespace PollMode.EndToEnd;

/// <summary>
/// A forwarder between two memifs. On the other core a PollMode engine, the same for both contenders, makes packets, sends them by one of
/// the two, and counts and drops what comes by the other.
/// </summary>
internal sealed record MemifForwardComparison(string Name, bool ZeroCopy, int FrameBytes) : IComparison
{
    public string Summary => $"io between two memifs, {(ZeroCopy ? "the forwarder's buffers shared" : "copied at both ends")}, {FrameBytes} bytes";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => "One process on the other core makes and counts the packets; where it is slower than the forwarder, it is the limit for both contenders.";

    public bool CrossesCores => true;

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", [], bench => Measure(bench, (left, right) => EngineProcess.Start(new EngineWork { Ports = [left.OurClient, right.OurClient] }, bench, bench.CoreText))),
        new("testpmd", [Tool.Testpmd], bench => Measure(bench, (left, right) => TestpmdProcess.Start(
            new TestpmdWork { Devices = [left.TheirClient, right.TheirClient], Mode = "io", EnvironmentArguments = ["--single-file-segments"] }, bench, [bench.Core], bench.OtherCore))),
    ];

    private Measurement Measure(Bench bench, Func<MemifLink, MemifLink, IDisposable> startForwarder)
    {
        using var left = new MemifLink(FrameBytes, ZeroCopy, 0);
        using var right = new MemifLink(FrameBytes, ZeroCopy, 1);
        using EngineProcess around = EngineProcess.Start(
            new EngineWork { Ports = [$"traffic:rate=max,signature=off,size={FrameBytes + 4}", left.OurServer, right.OurServer], Egress = [1, -1, -1], Counts = "rx:2" },
            bench, bench.OtherCoreText);
        using IDisposable forwarder = startForwarder(left, right);
        return Measurement.Of((Quantity.PacketRate, around.Measure(bench.WarmUpSeconds, bench.Seconds)[Quantity.PacketRate] ?? 0));
    }
}
