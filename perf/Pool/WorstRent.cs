using System.Diagnostics;

namespace PollMode.Pool;

/// <summary>A pool that grows from 8 slabs to 40 while its owner rents burst after burst, each timed by itself.</summary>
internal static class WorstRent
{
    private const int Burst = 64;
    private const int Slabs = 32;
    private const int PerSlab = 1024;

    /// <summary>One growth.</summary>
    /// <param name="supplied">Whether slabs come from a supplier's thread, or the owner takes them from the system itself.</param>
    /// <param name="pause">How long the owner does something else between two bursts: with enough of it the supplier keeps up.</param>
    /// <returns>The times of those rents that took from slabs which came while running, the pool's counters at the end, and how long it all took.</returns>
    internal static (CallTimes Times, MempoolStatistics Statistics, TimeSpan Growth) Grow(bool supplied, TimeSpan pause)
    {
        using var supplier = new SlabSupplier();
        var arena = new Arena(new ArenaOptions { LimitBytes = (8L + Slabs) * Arena.SlabBytes, BufferBytes = 2048 });
        var pool = new Mempool(arena, new MempoolOptions { Buffers = 8 * PerSlab, LimitBuffers = (8 + Slabs) * PerSlab, Supplier = supplied ? supplier : null });
        var packets = new Packet[(8 + Slabs) * PerSlab];
        int have = pool.Rent(packets.AsSpan(0, 8 * PerSlab));
        var times = new CallTimes();

        // A supplier that is far behind is not waited for: what it brought in this time counts.
        long start = Stopwatch.GetTimestamp();
        long deadline = Stopwatch.GetTimestamp() + (2 * Stopwatch.Frequency);
        while (have < packets.Length && Stopwatch.GetTimestamp() < deadline)
        {
            long before = Stopwatch.GetTimestamp();
            int count = pool.Rent(packets.AsSpan(have, Burst));
            long after = Stopwatch.GetTimestamp();
            times.Add(before, after);
            have += count;
            for (long until = after + (long)(pause.TotalSeconds * Stopwatch.Frequency); Stopwatch.GetTimestamp() < until;)
            {
                Thread.SpinWait(1);
            }
        }

        TimeSpan growth = Stopwatch.GetElapsedTime(start);
        MempoolStatistics statistics = pool.Statistics;
        pool.Return(packets.AsSpan(0, have));
        pool.Dispose();
        arena.Dispose();
        return (times, statistics, growth);
    }
}
