namespace PollMode.EndToEnd;

/// <summary>Packets made and sent by an interface, counted by the kernel at the far end.</summary>
internal sealed record VethSendComparison(InterfaceDriver Driver) : IComparison
{
    private static readonly Tool[] NeedsTestpmd = [.. InterfaceDriver.Needs, Tool.Testpmd];
    private static readonly Tool[] NeedsTrafgen = [.. InterfaceDriver.Needs, Tool.Trafgen];
    private static readonly Tool[] NeedsTcpreplay = [.. InterfaceDriver.Needs, Tool.Tcpreplay];

    public string Name => $"veth-send-{Driver.Name}";

    public string Summary => $"{Driver.Name}: {InterfaceDriver.FrameBytes}-byte frames sent as fast as can be";

    public Quantity Ranks => Quantity.PacketRate;

    public string? Caveat => "Counted by the kernel at the far end. Most of the time is the kernel's, for a buffer of its own and the way through the pair.";

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", InterfaceDriver.Needs, bench => MeasureSubject(bench, pair => Driver.StartPollMode(pair, bench, InterfaceWork.Send))),
        new("testpmd", NeedsTestpmd, bench => MeasureSubject(bench, pair => Driver.StartTestpmd(pair, bench, InterfaceWork.Send))),
        .. Driver.Name == "af_packet"
            ? (Contender[])[new("trafgen", NeedsTrafgen, bench => MeasureProgram(bench, StartTrafgen)), new("tcpreplay", NeedsTcpreplay, bench => MeasureProgram(bench, StartTcpreplay))]
            : [],
    ];

    private Measurement MeasureSubject(Bench bench, Func<VethPair, ISubject> start)
    {
        using var pair = new VethPair();
        using ISubject subject = start(pair);
        Measurement measured = WireMeter.Measure(bench, Driver.WireOf(pair), subject.ProcessId);
        return SystemCalls.PerSecondOf(subject.ProcessId, bench.Stop) is { } calls
            ? measured.With(Quantity.SystemCalls, calls / measured[Quantity.PacketRate]!.Value * 1000)
            : measured;
    }

    private static Measurement MeasureProgram(Bench bench, Func<Bench, VethPair, TemporaryFolder, ChildProcess> start)
    {
        using var pair = new VethPair();
        using var folder = new TemporaryFolder();
        using ChildProcess program = start(bench, pair, folder);
        return WireMeter.Measure(bench, pair.Far, program.Id);
    }

    private static ChildProcess StartTrafgen(Bench bench, VethPair pair, TemporaryFolder folder)
    {
        byte[] frame = new byte[InterfaceDriver.FrameBytes];
        TestFrame.Write(frame, 0);
        string recipe = folder.File("frame.cfg");
        File.WriteAllText(recipe, $"{{ {string.Join(", ", frame.Select(value => $"0x{value:x2}"))} }}");
        return ChildProcess.Start(
            "/usr/bin/taskset", ["-c", bench.CoreText, Tool.Trafgen.FullPath!, "--dev", VethPair.NearDevice, "--conf", recipe, "--cpus", "1", "--no-cpu-stats", "--no-sock-mem", "--notouch-irq"], pair.Near);
    }

    private static ChildProcess StartTcpreplay(Bench bench, VethPair pair, TemporaryFolder folder)
    {
        string capture = folder.File("frames.pcap");
        PcapFile.Write(capture, InterfaceDriver.FrameBytes, 512);
        return ChildProcess.Start(
            "/usr/bin/taskset", ["-c", bench.CoreText, Tool.Tcpreplay.FullPath!, "--topspeed", "--preload-pcap", "--loop=0", "--quiet", "-i", VethPair.NearDevice, capture], pair.Near);
    }
}
