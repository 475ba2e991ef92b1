using System.Diagnostics;

namespace PollMode.EndToEnd;

/// <summary>The loop of DPDK's mempool_perf_autotest over a mempool of ours: rents so many buffers by bulks, returns them by bulks.</summary>
internal static class GetPutLoop
{
    /// <summary>As the test has it: the clock is read once in so many objects.</summary>
    private const int ObjectsPerLook = 65536;

    /// <summary>
    /// Buffers rented, and returned, per second: the median over stretches of 65536, so that one in which the thread was preempted does not
    /// count.
    /// </summary>
    internal static double Measure(int bulk, int keep, double seconds)
    {
        var arena = new Arena(new ArenaOptions { LimitBytes = 16 << 20, BufferBytes = 2048 });
        var pool = new Mempool(arena, new MempoolOptions { Buffers = 8192, CacheRecycleLimit = 768, CacheRefill = 512 });
        var packets = new Packet[keep];

        // Until the JIT has compiled the loop to the end: that needs time of its own between the calls.
        for (int i = 0; i < 200; i++)
        {
            Run(pool, packets, bulk);
            Thread.Sleep(5);
        }

        var looks = new List<double>();
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        long before = Stopwatch.GetTimestamp();
        while (before < end)
        {
            long objects = Run(pool, packets, bulk);
            long after = Stopwatch.GetTimestamp();
            looks.Add(objects / Stopwatch.GetElapsedTime(before, after).TotalSeconds);
            before = after;
        }

        pool.Dispose();
        arena.Dispose();
        looks.Sort();
        return looks[looks.Count / 2];
    }

    private static long Run(Mempool pool, Packet[] packets, int bulk)
    {
        int rounds = ObjectsPerLook / packets.Length;
        for (int round = 0; round < rounds; round++)
        {
            if (bulk == 1)
            {
                GetPutOne(pool, packets);
            }
            else
            {
                GetPut(pool, packets, bulk);
            }
        }

        return (long)rounds * packets.Length;
    }

    private static void GetPutOne(Mempool pool, Packet[] packets)
    {
        for (int i = 0; i < packets.Length; i++)
        {
            if (!pool.TryRent(out packets[i]))
            {
                throw new InvalidOperationException("The pool is empty.");
            }
        }

        for (int i = 0; i < packets.Length; i++)
        {
            pool.Return(packets[i]);
        }
    }

    private static void GetPut(Mempool pool, Packet[] packets, int bulk)
    {
        for (int i = 0; i < packets.Length; i += bulk)
        {
            if (pool.Rent(packets.AsSpan(i, bulk)) < bulk)
            {
                throw new InvalidOperationException("The pool is empty.");
            }
        }

        for (int i = 0; i < packets.Length; i += bulk)
        {
            pool.Return(packets.AsSpan(i, bulk));
        }
    }
}
