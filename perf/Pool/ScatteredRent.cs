using System.Diagnostics;

namespace PollMode.Pool;

/// <summary>A pool of 512 slabs of which all is out but one buffer of each slab: what a Rent of 64 costs that gathers them.</summary>
internal static class ScatteredRent
{
    private const int Burst = 64;
    private const int Slabs = 512;
    private const int PerSlab = 1024;

    /// <summary>Times enough to have all of it compiled to the end, with time between them for that.</summary>
    private const int WarmUps = 300;

    /// <summary>Rents until the pool is exhausted, over and over.</summary>
    /// <param name="rounds">Rounds of eight rents that count.</param>
    /// <param name="harvested">Whether the owner has gathered before what came home; otherwise the first rent of a round does so.</param>
    internal static List<CallTimes> Gather(int rounds, bool harvested)
    {
        var arena = new Arena(new ArenaOptions { LimitBytes = (long)Slabs * Arena.SlabBytes, BufferBytes = Arena.SlabBytes / PerSlab, AddressesOnly = true });
        var pool = new Mempool(arena, new MempoolOptions { Buffers = Slabs * PerSlab });
        var packets = new Packet[Slabs * PerSlab];
        _ = pool.Rent(packets);

        // One of each slab, at another place in each.
        Packet[] home = [.. Enumerable.Range(0, Slabs).Select(slab => packets[(slab * PerSlab) + (slab * 37 % PerSlab)])];
        var all = new List<CallTimes>();
        for (int round = -WarmUps; round < rounds; round++)
        {
            Mempool.Free(home);
            if (harvested)
            {
                pool.Tidy();
            }

            var times = new CallTimes();
            for (int rent = 0; rent < Slabs; rent += Burst)
            {
                long before = Stopwatch.GetTimestamp();
                int count = pool.Rent(home.AsSpan(rent, Burst));
                times.Add(before, Stopwatch.GetTimestamp());
                if (count != Burst)
                {
                    throw new InvalidOperationException($"{count} of {Burst}");
                }
            }

            if (round < 0)
            {
                Thread.Sleep(1);
            }
            else
            {
                all.Add(times);
            }
        }

        pool.Return(packets);
        pool.Dispose();
        arena.Dispose();
        return all;
    }
}
