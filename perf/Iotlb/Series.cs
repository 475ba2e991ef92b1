namespace PollMode.Iotlb;

/// <summary>Misses per MiB over simulated time, for each size of the I/O TLB.</summary>
internal sealed record Series(Scenario Scenario, List<double> Minutes, List<double[]> MissesPerMiB, long Starved)
{
    /// <summary>Each sample for one size.</summary>
    internal double[] At(int entries) => [.. MissesPerMiB.Select(row => row[Array.IndexOf(Scenario.Entries, entries)])];

    /// <summary>The mean over the last minute.</summary>
    internal double Last(int entries) => Mean(entries, Scenario.Minutes - 1.01, Scenario.Minutes + 1);

    /// <summary>The largest sample of all.</summary>
    internal double Worst(int entries) => At(entries).Max();

    /// <summary>The mean over part of the time.</summary>
    internal double Mean(int entries, double from, double to)
    {
        double[] all = At(entries);
        return Enumerable.Range(0, all.Length).Where(i => Minutes[i] > from && Minutes[i] <= to).Select(i => all[i]).DefaultIfEmpty(double.NaN).Average();
    }
}
