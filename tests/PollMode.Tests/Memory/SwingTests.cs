using PollMode.Linux;
using Xunit;

namespace PollMode.Tests;

/// <summary>A pool that grows, gives buffers to another thread, and shrinks again. <see cref="PollThreadTests"/> watches its owner's system calls.</summary>
public sealed class SwingTests
{
    internal const string SupplierVariable = "POLLMODE_TEST_SUPPLIER";

    /// <summary>Advice that the kernel does not know, for an address of nothing: marks in a trace.</summary>
    internal const int Begin = 0x7001;
    internal const int End = 0x7002;

    private const long Patience = 2_000_000_000;

    [Fact]
    public void What_grows_and_shrinks_under_foreign_returns_is_conserved()
    {
        bool supplied = Environment.GetEnvironmentVariable(SupplierVariable) != "0";
        using var supplier = new SlabSupplier();
        using var memory = new TestMemory(slabs: supplied ? 4 : 64);
        using var ring = new PacketRing(4096);
        Mempool pool = memory.Pool(1024, supplied ? 4096 : 65536, options => options.Supplier = supplied ? supplier : null);
        bool stop = false;
        var returner = new Thread(() =>
        {
            var burst = new Packet[64];
            while (!Volatile.Read(ref stop) || ring.Count > 0)
            {
                int count = ring.Dequeue(burst);
                Mempool.Free(burst.AsSpan(0, count));
                if (count == 0)
                {
                    Thread.Yield();
                }
            }
        });
        returner.Start();
        var packets = new Packet[supplied ? 4096 : 65536];
        Swing(pool, ring, packets, supplied);
        GatherScattered();
        MempoolStatistics before = pool.Statistics;
        _ = LibC.Madvise(0, 0, Begin);
        for (int swing = 0; swing < (supplied ? 3 : 1); swing++)
        {
            Swing(pool, ring, packets, supplied);
        }

        _ = LibC.Madvise(0, 0, End);
        MempoolStatistics after = pool.Statistics;
        Volatile.Write(ref stop, true);
        returner.Join();

        // Two slabs come and two go with each swing under a supplier; two come in one without.
        Assert.InRange(after.DirectInject - before.DirectInject, supplied ? 6 : 2, 9);
        Assert.InRange(after.SlabsSetFree - before.SlabsSetFree, supplied ? 6 : 0, supplied ? 9 : 0);
        TestMemory.AssertConserved(pool, 0);
    }

    /// <summary>What one swing may not need and the next one does is compiled before anybody watches.</summary>
    private static unsafe void GatherScattered()
    {
        using var board = new HomeBoard(2, 64);
        Packet* taken = stackalloc Packet[2];
        for (int slab = 0; slab < 2; slab++)
        {
            board.Attach(slab, null);
            board.Put(slab, 0, 1);
        }

        Assert.Equal(2, board.Take(taken, 2));
    }

    /// <summary>Rents all the pool may have, lets another thread return half, and tidies until two slabs are set free. No call that may wait.</summary>
    private static void Swing(Mempool pool, PacketRing ring, Packet[] packets, bool supplied)
    {
        int have = 0;
        int target = supplied ? packets.Length : Math.Min(packets.Length, pool.Capacity + 2048);
        for (long tries = 0; have < target && tries < Patience; tries++)
        {
            have += pool.Rent(packets.AsSpan(have, Math.Min(64, target - have)));
        }

        for (int sent = 0; sent < have / 2;)
        {
            sent += ring.Enqueue(packets.AsSpan(sent, Math.Min(64, (have / 2) - sent)));
        }

        pool.Return(packets.AsSpan(have / 2, have - (have / 2)));

        // Whatever is out is on its way home.
        for (long tries = 0; pool.InFlight > 0 && tries < Patience; tries++)
        {
            pool.Tidy();
        }

        long free = pool.Statistics.SlabsSetFree;
        for (long tries = 0; supplied && pool.Statistics.SlabsSetFree < free + 2 && tries < Patience; tries++)
        {
            pool.Tidy();
        }
    }
}
