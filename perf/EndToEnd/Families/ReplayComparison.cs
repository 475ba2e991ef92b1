namespace PollMode.EndToEnd;

/// <summary>A small capture read again and again: <c>pcap:FILE,loop=forever</c> here, net_pcap with <c>infinite_rx=1</c> there. Both copy each frame from memory into a buffer.</summary>
internal sealed record ReplayComparison(string Name, int FrameBytes, int Frames, int Burst, bool Forwards) : IComparison
{
    public string Summary => $"a capture of {Frames} frames of {FrameBytes} bytes replayed from memory, {(Forwards ? "and sent to where it is freed" : "received and dropped")}, bursts of {Burst}";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => null;

    public IReadOnlyList<SweepPoint> Points => Burst == 64 && !Forwards ? [new("pcap drop by frame", "bytes of a frame", FrameBytes)] : [];

    public IReadOnlyList<Contender> Contenders => [new("PollMode", [], MeasurePollMode), new("testpmd", [Tool.Testpmd], MeasureTestpmd)];

    private Measurement MeasurePollMode(Bench bench) => WithCapture(path => new EngineWork
    {
        Ports = Forwards ? [$"pcap:{path},loop=forever", "null:rx=0"] : [$"pcap:{path},loop=forever"],
        Egress = Forwards ? null : [-1],
        Burst = Burst,
        Counts = Forwards ? "tx" : "rx",
    }.Measure(bench));

    /// <summary>A net_pcap device that is given no file to write frees what it is sent.</summary>
    private Measurement MeasureTestpmd(Bench bench) => WithCapture(path => new TestpmdWork
    {
        Devices = [$"net_pcap0,rx_pcap={path},infinite_rx=1"],
        Mode = Forwards ? "io" : "rxonly",
        Burst = Burst,
        CountsReceived = true,
    }.Measure(bench));

    private Measurement WithCapture(Func<string, Measurement> measure)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("frames.pcap");
        PcapFile.Write(path, FrameBytes, Frames);
        return measure(path);
    }
}
