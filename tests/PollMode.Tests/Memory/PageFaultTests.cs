using Xunit;

namespace PollMode.Tests;

/// <summary>No page of a pool's own memory is first touched by its owner: a fault costs a thread that polls as much as a system call.</summary>
public sealed class PageFaultTests
{
    private const int Slabs = 256;
    private const int PerSlab = Arena.SlabBytes / 2048;

    [Fact]
    public void A_pool_that_grows_over_all_its_bitmaps_faults_no_page_of_them_in()
    {
        // The first rounds fault in what the JIT made, and cards of the managed heap.
        var faults = new List<long>();
        for (int round = 0; round < 8 && faults.LastOrDefault(-1) != 0; round++)
        {
            faults.Add(FaultsOfOwner());
        }

        Assert.True(faults[^1] == 0, $"page faults of the owner: {string.Join(", ", faults)}");
    }

    /// <summary>Rents all, has another thread return all, gathers it, and rents once more.</summary>
    private static long FaultsOfOwner()
    {
        using var supplier = new SlabSupplier(0, startThread: false);
        var arena = new Arena(new ArenaOptions { LimitBytes = (long)Slabs * Arena.SlabBytes, BufferBytes = 2048, AddressesOnly = true });
        var pool = new Mempool(arena, new MempoolOptions { Buffers = PerSlab, LimitBuffers = Slabs * PerSlab, Supplier = supplier });
        var packets = new Packet[Slabs * PerSlab];
        Array.Clear(packets);
        long faults = 0;
        int have = 0;
        while (have < packets.Length)
        {
            TestMemory.Elsewhere(() => supplier.SupplyAll());
            long before = ThreadSample.Take().Faults;
            have += pool.Rent(packets.AsSpan(have, Math.Min(PerSlab, packets.Length - have)));
            faults += ThreadSample.Take().Faults - before;
        }

        TestMemory.Elsewhere(() => Mempool.Free(packets));
        long start = ThreadSample.Take().Faults;
        pool.Tidy();
        have = pool.Rent(packets);
        pool.Return(packets);
        faults += ThreadSample.Take().Faults - start;
        Assert.Equal(packets.Length, have);
        TestMemory.AssertConserved(pool, 0);
        pool.Dispose();
        arena.Dispose();
        return faults;
    }
}
