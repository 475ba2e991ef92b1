using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>Buffers got from a pool in bulks and put back by the owner, beside rte_mempool with its largest per-core cache under the same loop.</summary>
internal sealed record MempoolComparison(int Bulk) : IComparison
{
    /// <summary>Buffers that are out at the same time: as many as DPDK's own test keeps at most, and as its cache holds.</summary>
    internal const int Keep = 512;

    private static readonly Tool[] NeedsDpdk = [Tool.Compiler, Tool.PackageConfig, Tool.DpdkTest];

    public string Name => $"parts-mempool-bulk{Bulk}";

    public string Summary => $"{Keep} buffers got from a pool {Bulk} at a time and put back";

    public Quantity Ranks => Quantity.ObjectTime;

    public string? Caveat => "rte_mempool runs in a loop of ours in C (perf/Pool/Peers/dpdk_pool.c), compiled on the spot with the bulk a constant: as " +
        "the distribution compiles its dpdk-test ('as packaged': -O2 for the processor that the package's flags name, Debian's corei7), with -O3 for that processor, and with " +
        "-O3 for this very one ('native'). Neither side touches the buffers. " +
        "Times are medians over stretches of 65536 objects.";

    public IReadOnlyList<SweepPoint> Points => [new("parts mempool by bulk", "buffers of a bulk", Bulk)];

    public IReadOnlyList<Contender> Contenders =>
    [
        new("PollMode", [], bench => PartProcess.Measure(bench, PartRun.Mempool, Bulk, Keep)),
        new("rte_mempool, as packaged", NeedsDpdk, bench => MeasureDpdk(bench, "-O2")),
        new("rte_mempool, -O3", NeedsDpdk, bench => MeasureDpdk(bench, "-O3")),
        new("rte_mempool, native", NeedsDpdk, bench => MeasureDpdk(bench, "-O3", "-march=native")),
    ];

    /// <param name="bench">Where and how long.</param>
    /// <param name="last">Flags for the compiler behind those of the package: of two that say the same thing the last counts.</param>
    private Measurement MeasureDpdk(Bench bench, params string[] last)
    {
        const string Answer = "objects_per_second=";
        using var folder = new TemporaryFolder();
        string program = folder.File("dpdk_pool");
        string[] flags = HostCommand.Run("pkg-config", "--cflags", "--libs", "libdpdk").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        HostCommand.Run("cc", ["-o", program, DpdkTest.Source("dpdk_pool.c"), .. flags, .. last, "-lpthread"]);
        using ChildProcess process = ChildProcess.Start(
            "/usr/bin/env", [$"CORE={bench.CoreText}", program, "get-put", Bulk.ToString(CultureInfo.InvariantCulture), Keep.ToString(CultureInfo.InvariantCulture), bench.Seconds.ToString(CultureInfo.InvariantCulture)]);
        string line = process.WaitFor(Answer, TimeSpan.FromSeconds(bench.Seconds + 30), bench.Stop);
        return Measurement.Of((Quantity.ObjectTime, 1e9 / double.Parse(line[Answer.Length..], CultureInfo.InvariantCulture)));
    }
}
