namespace PollMode.EndToEnd;

/// <summary>A driver for interfaces of Linux, here and in DPDK, and where its frames come from.</summary>
/// <param name="Name">PollMode's name for it.</param>
/// <param name="TestpmdDevice">DPDK's device of a number at an interface.</param>
internal sealed record InterfaceDriver(string Name, Func<int, string, string> TestpmdDevice)
{
    internal const int FrameBytes = 64;

    private const string TapDevice = "tap0";

    internal static IReadOnlyList<InterfaceDriver> All { get; } =
    [
        new("af_xdp", (number, device) => $"net_af_xdp{number},iface={device},start_queue=0,queue_count=1"),
        new("af_packet", (number, device) => $"net_af_packet{number},iface={device},blocksz=65536,framesz=2048,framecnt=2048,qdisc_bypass=1"),
        new("tap", (number, device) => $"net_tap{number},iface={device}"),
    ];

    /// <summary>Programs that every contender needs.</summary>
    internal static IReadOnlyList<Tool> Needs => VethPair.Needs;

    /// <summary>Whether the subject makes its interface itself: then it is its own wire.</summary>
    internal bool IsTap => Name == "tap";

    /// <summary>The interface's name, for the subject.</summary>
    internal string Device => IsTap ? TapDevice : VethPair.NearDevice;

    internal Wire WireOf(VethPair pair) => IsTap ? new Wire(pair.Near, TapDevice) : pair.Far;

    /// <summary>Starts PollMode at the interface.</summary>
    internal ISubject StartPollMode(VethPair pair, Bench bench, InterfaceWork work, IdleKind idle = IdleKind.BusySpin)
    {
        string port = PortAt(Device, pair);
        var engine = new EngineWork { Ports = [port], Egress = [-1], Counts = "rx", Idle = idle };
        engine = work switch
        {
            InterfaceWork.Swap => engine with { Egress = [0], Stages = [EngineStages.MacSwap], Counts = "tx" },
            InterfaceWork.Join => engine with { Ports = [port, PortAt(VethPair.NearDeviceOf(1), pair)], Egress = null, Stages = [EngineStages.MacSwap], Counts = "tx" },
            InterfaceWork.Send => engine with { Ports = [$"traffic:rate=max,signature=off,size={FrameBytes + 4}", port], Egress = [1, -1], Counts = "tx:1" },
            _ => engine,
        };
        return Counted(EngineProcess.Start(engine, bench, bench.CoreText), pair, bench, work);
    }

    /// <summary>Starts testpmd at the interface.</summary>
    internal ISubject StartTestpmd(VethPair pair, Bench bench, InterfaceWork work)
    {
        var testpmd = new TestpmdWork
        {
            Devices = work == InterfaceWork.Join ? [TestpmdDevice(0, Device), TestpmdDevice(1, VethPair.NearDeviceOf(1))] : [TestpmdDevice(0, Device)],
            Mode = work switch { InterfaceWork.Swap or InterfaceWork.Join => "macswap", InterfaceWork.Send => "txonly", _ => "rxonly" },
            CountsReceived = work == InterfaceWork.Drop,
            Arguments = work == InterfaceWork.Send ? [$"--txpkts={FrameBytes}", "--rxd=2048", "--txd=2048"] : ["--rxd=2048", "--txd=2048"],
            NetworkNamespace = pair.Near,
        };
        return Counted(TestpmdProcess.Start(testpmd, bench, [bench.Core], bench.OtherCore), pair, bench, work);
    }

    private ISubject Counted(ISubject subject, VethPair pair, Bench bench, InterfaceWork work) =>
        IsTap && work == InterfaceWork.Drop ? new TapReader(subject, WireOf(pair), bench.Stop) : subject;

    private string PortAt(string device, VethPair pair) => $"{Name}:{device},netns={pair.Near}{(Name == "af_xdp" ? ",keep=none" : "")}";
}
