namespace PollMode.EndToEnd;

/// <summary>The same beside dpdk-test's mempool_perf_autotest.</summary>
internal sealed record MempoolAutotestComparison(int Bulk) : IComparison
{
    /// <summary>The test takes five seconds for each of its hundreds of cases; so many times less will do.</summary>
    private const int Shorter = 200;

    private static readonly Tool[] NeedsDpdk = [Tool.Compiler, Tool.DpdkTest];

    /// <summary>The bulks that the test gets and puts; it has none of more than 32.</summary>
    internal static IReadOnlyList<int> Bulks { get; } = [1, 8, 32];

    public string Name => $"parts-mempool-autotest-bulk{Bulk}";

    public string Summary => $"{MempoolComparison.Keep} buffers got from a pool {Bulk} at a time and put back, beside mempool_perf_autotest";

    public Quantity Ranks => Quantity.ObjectTime;

    public string? Caveat => $"dpdk-test as it is installed, its cases {Shorter} times shorter (perf/Pool/Peers/short_second.c). Its first cases of one core and a cache of 512 count: the faster of the two with the bulk a variable and a constant. " +
        "It has no bulk of more than 32: for 64 and 512 see rte_mempool 'as packaged' in parts-mempool-bulk64 and -bulk512.";

    public IReadOnlyList<Contender> Contenders => [new("PollMode", [], bench => PartProcess.Measure(bench, PartRun.Mempool, Bulk, MempoolComparison.Keep)), new("rte_mempool", NeedsDpdk, MeasureDpdk)];

    private Measurement MeasureDpdk(Bench bench)
    {
        // The constant's line comes second.
        double variable = 0;
        double? Faster(string line)
        {
            variable = DpdkTestOutput.MempoolRate(line, Bulk, MempoolComparison.Keep) ?? variable;
            return DpdkTestOutput.MempoolRate(line, Bulk, MempoolComparison.Keep, constant: true) is { } constant ? Math.Max(variable, constant) : null;
        }

        (double rate, _) = DpdkTest.Run("mempool_perf_autotest", bench.CoreText, Faster, TimeSpan.FromMinutes(1), bench.Stop, Shorter);
        return Measurement.Of((Quantity.ObjectTime, 1e9 / (rate * Shorter)));
    }
}
