using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>Over a veth pair, a generator of its own at one end, whoever is measured at the other, so that testpmd can be.</summary>
internal sealed class PeerWay : IWay
{
    private const string Rate = "100kpps";

    public string Name => "peer";

    public string Description =>
        $"**veth, {Rate}, beside testpmd.** A generator process sends into one end of a veth pair and measures what comes back, from when it was sent; whoever is compared reflects it at the other end, on a core of its own. " +
        "Beside testpmd the app is a process of its own. On two cores the generator and the app share one, and a busy app delays the generator whoever is compared: read down the column, and against `busy`.";

    public IReadOnlyList<Mode> Modes { get; } = [Mode.Plain, Mode.Library, Mode.Process, Mode.Testpmd];

    public IReadOnlyList<Allocation> Allocations { get; } = [Allocation.Idle, Allocation.Busy, Allocation.Hard];

    public string? Missing => VethRig.Missing;

    public Result Measure(Mode mode, Allocation allocation, Bench bench)
    {
        using var veth = new VethRig(bench.Stop);
        return mode == Mode.Testpmd ? MeasureTestpmd(veth, allocation, bench) : MeasureHost(veth, mode, allocation, bench);
    }

    private static Result MeasureHost(VethRig veth, Mode mode, Allocation allocation, Bench bench)
    {
        using HostProcess host = HostProcess.Start(
            new HostOptions { Mode = mode, Allocation = allocation, Ports = [veth.PortOf(VethRig.Far)], Egress = [0], Core = bench.Core, OffCore = bench.Core, RealTime = bench.RealTimePriority },
            weighty: false,
            bench.Stop);
        using HostProcess generator = Generator(veth, bench);
        generator.Measure(LoadOf(bench.WarmUpSeconds));
        host.Look();
        Figures figures = generator.Measure(LoadOf(bench.Seconds)).Figures!;
        return new Result(mode, allocation, figures, host.Look());
    }

    private static Result MeasureTestpmd(VethRig veth, Allocation allocation, Bench bench)
    {
        var work = new TestpmdWork { Devices = [$"net_af_xdp0,iface={VethRig.Far},start_queue=0,queue_count=1"], Mode = "macswap", NetworkNamespace = veth.Namespace };
        using ChildProcess app = AppCommand.Start(allocation, bench, weighty: false);
        using var testpmd = TestpmdProcess.Start(work, bench, [bench.Core], bench.OtherCore);
        using HostProcess generator = Generator(veth, bench);
        generator.Measure(LoadOf(bench.WarmUpSeconds));
        Figures figures = generator.Measure(LoadOf(bench.Seconds)).Figures!;
        app.StandardInput.Close();
        return new Result(Mode.Testpmd, allocation, figures, null);
    }

    private static HostProcess Generator(VethRig veth, Bench bench) => HostProcess.Start(
        new HostOptions
        {
            Mode = Mode.Plain,
            Allocation = Allocation.Idle,
            Ports = ["traffic:start=later", veth.PortOf(VethRig.Near)],
            Egress = [1, 0],
            Core = bench.OtherCore,
            OffCore = bench.Core,
            RealTime = 0,
        },
        weighty: false,
        bench.Stop);

    private static Load LoadOf(double seconds) => new(Rate, "constant", seconds, FromDueTime: false);
}
