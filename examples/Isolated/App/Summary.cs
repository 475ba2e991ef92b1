using PollMode.Isolation;

namespace PollMode.Examples.Isolated;

/// <summary>Prints what matters here: packets, stalls by cause, and what each runtime collected.</summary>
internal static class Summary
{
    internal static void Print(Options options, EngineStatistics end, double seconds, int collections, TimeSpan pause, RuntimeStatistics? inside)
    {
        StallStatistics stalls = end.Workers[0].Stalls;
        string causes = string.Join(", ", stalls.Causes.Where(cause => cause.Count > 0).Select(cause => $"{cause.Cause} {cause.Count} up to {cause.Longest.TotalMilliseconds:0.00} ms"));
        Console.WriteLine($"{(options.Isolated ? "isolated" : "plain")}, app allocates {options.Allocate}");
        double polling = Math.Max(1e-3, seconds - stalls.Total.TotalSeconds);
        Console.WriteLine($"packets: received {end.RxPackets}, sent {end.TxPackets}, dropped {end.Dropped.Values.Sum()}, {end.RxPackets / seconds / 1e6:0.000} Mpps ({end.RxPackets / polling / 1e6:0.000} while not stalled), {end.PoolInFlight} buffers not home");
        Console.WriteLine($"stalls: {stalls.Count} above {stalls.Threshold.TotalMicroseconds:0} us, the longest {stalls.Longest.TotalMilliseconds:0.00} ms, together {stalls.Total.TotalMilliseconds:0.0} ms{(causes.Length > 0 ? $" ({causes})" : string.Empty)}");
        Console.WriteLine($"app's runtime: {collections} collections, {pause.TotalMilliseconds:0} ms of pause");
        if (inside != null)
        {
            Console.WriteLine($"data plane's runtime: {inside.Collections} collections, {inside.Pause.TotalMilliseconds:0} ms of pause");
        }
    }
}
