namespace PollMode.EndToEnd;

/// <summary>Packets put into a ring in bulks and taken out again, beside dpdk-test's ring_perf_autotest.</summary>
internal sealed record RingComparison(int Bulk) : IComparison
{
    private static readonly Tool[] NeedsDpdk = [Tool.DpdkTest];

    public string Name => $"parts-ring-bulk{Bulk}";

    public string Summary => $"handles put into a ring {Bulk} at a time and taken out, one producer and one consumer on one core";

    public Quantity Ranks => Quantity.ObjectTime;

    public string? Caveat => "The autotest tells cycles of the timestamp counter; nanoseconds are by the frequency that EAL tells.";

    public IReadOnlyList<SweepPoint> Points => [new("parts ring by bulk", "handles of a bulk", Bulk)];

    public IReadOnlyList<Contender> Contenders => [new("PollMode", [], bench => PartProcess.Measure(bench, PartRun.Ring, Bulk, Bulk)), new("rte_ring", NeedsDpdk, MeasureDpdk)];

    private Measurement MeasureDpdk(Bench bench)
    {
        (double cycles, double perNanosecond) = DpdkTest.Run("ring_perf_autotest", bench.CoreText, line => DpdkTestOutput.RingCycles(line, Bulk), TimeSpan.FromMinutes(2), bench.Stop);
        return Measurement.Of((Quantity.ObjectTime, cycles / perNanosecond / Bulk));
    }
}
