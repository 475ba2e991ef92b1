namespace PollMode.EndToEnd;

/// <summary>The same beside dpdk-test's mempool_perf_autotest.</summary>
internal sealed record MempoolAutotestComparison(int Bulk) : IComparison
{
    /// <summary>The test takes five seconds for each of its hundreds of cases; so many times less will do.</summary>
    private const int Shorter = 200;

    private static readonly Tool[] NeedsDpdk = [Tool.Compiler, Tool.DpdkTest];

    public string Name => "parts-mempool-autotest";

    public string Summary => $"{MempoolComparison.Keep} buffers got from a pool {Bulk} at a time and put back, beside mempool_perf_autotest";

    public Quantity Ranks => Quantity.ObjectTime;

    public string? Caveat => $"dpdk-test as it is installed, its cases {Shorter} times shorter (perf/Pool/Peers/short_second.c); the first case of one core and a cache of 512 counts.";

    public IReadOnlyList<Contender> Contenders => [new("PollMode", [], bench => PartProcess.Measure(bench, PartRun.Mempool, Bulk, MempoolComparison.Keep)), new("rte_mempool", NeedsDpdk, MeasureDpdk)];

    private Measurement MeasureDpdk(Bench bench)
    {
        (double rate, _) = DpdkTest.Run(
            "mempool_perf_autotest", bench.CoreText, line => DpdkTestOutput.MempoolRate(line, Bulk, MempoolComparison.Keep), TimeSpan.FromMinutes(1), bench.Stop, Shorter);
        return Measurement.Of((Quantity.ObjectTime, 1e9 / (rate * Shorter)));
    }
}
