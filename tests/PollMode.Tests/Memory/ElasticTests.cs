using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

public sealed class ElasticTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void The_next_slab_lies_ready_before_it_is_needed()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 3);
        Mempool pool = memory.Pool(1024, 3072, options => options.Supplier = supplier);
        Assert.Equal((2, 1024), (memory.Arena.SlabsMapped, pool.Capacity));
        Packet[] first = TestMemory.Rent(pool, 1024 + 64);
        MempoolStatistics now = pool.Statistics;
        Assert.Equal((2, 1, 0, MempoolState.Direct), (memory.Arena.SlabsMapped, now.DirectInject, now.HeldBack, now.State));
        supplier.SupplyAll();
        Assert.Equal(3, memory.Arena.SlabsMapped);
        pool.Return(first);
    }

    [Fact]
    public void A_pool_whose_supplier_is_held_back_gives_what_it_has_and_says_so()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 4);
        Mempool pool = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        var packets = new Packet[4096];
        Assert.Equal(2048, pool.Rent(packets));
        MempoolStatistics now = pool.Statistics;
        Assert.Equal((1, 2048, 2), (now.HeldBack, now.Exhausted, memory.Arena.SlabsMapped));
        supplier.SupplyAll();
        Assert.Equal(1024, pool.Rent(packets.AsSpan(2048)));
        supplier.SupplyAll();
        Assert.Equal(1024, pool.Rent(packets.AsSpan(3072)));

        // At its limit it is not held back: it is exhausted.
        long heldBack = pool.Statistics.HeldBack;
        Assert.Equal(0, pool.Rent(new Packet[1]));
        Assert.Equal(heldBack, pool.Statistics.HeldBack);
        pool.Return(packets);
        TestMemory.AssertConserved(pool, 0);
    }

    /// <summary>Else a pool that takes slabs faster than one a period would be held back for the rest of each.</summary>
    [Fact]
    public void Whoever_takes_a_slab_has_the_next_in_the_same_turn()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 16);
        Mempool pool = memory.Pool(1024, 16 * 1024, options => options.Supplier = supplier);
        var packets = new Packet[16 * 1024];
        int have = pool.Rent(packets);
        Assert.Equal(2048, have);

        // The owner is quick: held back, it has taken what came before the next look.
        int looks = 0;
        supplier.SupplyWhileTaken(() =>
        {
            looks++;
            have += pool.Rent(packets.AsSpan(have));
        });
        Assert.Equal((16 * 1024, 14, 14), (have, looks, pool.Statistics.HeldBack));

        // A slab that nobody takes ends the turn: the supplier does not spin.
        pool.Return(packets);
        Settle(pool, supplier);
        have = pool.Rent(packets.AsSpan(0, 1024));
        supplier.SupplyWhileTaken(() => looks++);
        Assert.InRange(looks, 14, 15);
        pool.Return(packets.AsSpan(0, have));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void Slabs_go_back_when_demand_falls_and_direct_mode_ends()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 6);
        Mempool pool = memory.Pool(1024, 6144, options => options.Supplier = supplier);
        List<Packet> held = Grow(pool, supplier, 6144);
        Packet late = held[^1];
        held.RemoveAt(held.Count - 1);
        pool.Return(held.ToArray());
        Assert.Equal(6, pool.Statistics.Slabs);
        Settle(pool, supplier);

        // The slab of the late buffer stays, one above the minimum is kept ready, and the rest is with the system again.
        MempoolStatistics now = pool.Statistics;
        Assert.Equal((2, 1), (now.Slabs, now.InFlight));
        Assert.Equal(3, memory.Arena.SlabsMapped - memory.Arena.SlabsUnmapped);
        Packet[] few = TestMemory.Rent(pool, 200);
        Assert.Equal(MempoolState.Prefilled, pool.State);
        pool.Return(few);

        // Late, not lost.
        TestMemory.Elsewhere(late.Free);
        TestMemory.AssertConserved(pool, 0);
        pool.Dispose();
        Assert.Equal(MempoolState.Freed, pool.State);
        Assert.Equal(memory.Arena.SlabsMapped, memory.Arena.SlabsUnmapped);
    }

    [Fact]
    public void Slabs_under_late_buffers_go_back_late_one_by_one()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 6);
        Mempool pool = memory.Pool(1024, 6144, options => options.Supplier = supplier);
        List<Packet> held = Grow(pool, supplier, 6144);
        Packet[] late = [.. held.GroupBy(packet => packet.ArenaOffset / Arena.SlabBytes).Select(slab => slab.First())];
        Assert.Equal(6, late.Length);
        pool.Return(held.Except(late).ToArray());
        Settle(pool, supplier);
        Assert.Equal((6, 0, 6), (pool.Statistics.Slabs, memory.Arena.SlabsUnmapped, pool.InFlight));

        // The first that comes home serves as the pool's next one, ready; each further one goes back to the system.
        for (int home = 1; home <= 4; home++)
        {
            TestMemory.Elsewhere(late[home - 1].Free);
            Settle(pool, supplier);
            Assert.Equal((6 - home, home - 1), (pool.Statistics.Slabs, memory.Arena.SlabsUnmapped));
        }

        // One slab's worth stays beside what is needed, and the minimum for ever.
        TestMemory.Elsewhere(() => Mempool.Free(late.AsSpan(4)));
        Settle(pool, supplier);
        Assert.InRange(pool.Statistics.Slabs, 1, 2);
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void Direct_mode_ends_though_nothing_more_is_rented()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 3);
        Mempool pool = memory.Pool(1024, 3072, options => options.Supplier = supplier);
        Packet[] packets = TestMemory.Rent(pool, 2048);
        Assert.Equal(MempoolState.Direct, pool.State);
        pool.Return(packets);
        pool.Tidy();
        Assert.Equal(MempoolState.Prefilled, pool.State);
    }

    [Fact]
    public void A_load_that_swings_far_stops_to_map_and_unmap()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 6);
        Mempool pool = memory.Pool(1024, 6144, options => options.Supplier = supplier);
        long before = 0;
        for (int swing = 0; swing < 60; swing++)
        {
            if (swing == 10)
            {
                before = memory.Arena.SlabsMapped;
            }

            List<Packet> held = Grow(pool, supplier, 6144);
            Assert.Equal(6144, held.Count);
            pool.Return(held.ToArray());
            Settle(pool, supplier);
        }

        // The first swings, whose end gave slabs back, cost something; the fifty that followed nothing.
        Assert.InRange(before, 7, 20);
        Assert.Equal(before, memory.Arena.SlabsMapped);
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void A_load_that_swings_does_not_map_and_unmap_for_ever()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 4);
        Mempool pool = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        for (int swing = 0; swing < 50; swing++)
        {
            List<Packet> held = Grow(pool, supplier, 1800);
            pool.Return(held.ToArray());
            Settle(pool, supplier);
        }

        Assert.True(memory.Arena.SlabsMapped <= 4, $"{memory.Arena.SlabsMapped} slabs were mapped in 50 swings");
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void A_load_that_swings_against_the_budget_stops_to_map_and_unmap()
    {
        using var supplier = new SlabSupplier(4L * Arena.SlabBytes, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 8);
        Mempool pool = memory.Pool(1024, 8192, options => options.Supplier = supplier);
        long before = 0;
        for (int swing = 0; swing < 60; swing++)
        {
            if (swing == 20)
            {
                before = memory.Arena.SlabsMapped;
            }

            // More than the budget allows: the pool is held back in each swing.
            List<Packet> held = Grow(pool, supplier, 8192, tries: 200);
            Assert.Equal(4096, held.Count);
            Assert.True(pool.WasHeldBack);
            pool.Return(held.ToArray());
            Settle(pool, supplier);
            Assert.False(pool.WasHeldBack);
        }

        Assert.Equal(before, memory.Arena.SlabsMapped);
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void Pools_share_one_budget_and_the_one_in_need_gets_what_the_other_does_not_use()
    {
        using var supplier = new SlabSupplier(4L * Arena.SlabBytes, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 8);
        Mempool idle = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        Mempool busy = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        Assert.Equal(4, memory.Arena.SlabsMapped);
        List<Packet> held = Grow(busy, supplier, 3072);
        Assert.Equal(3072, held.Count);
        Assert.Equal((3, 1, 4), (busy.Statistics.Slabs, idle.Statistics.Slabs, memory.Arena.SlabsMapped - memory.Arena.SlabsUnmapped));

        // And no more than the budget, whoever asks.
        Assert.False(busy.TryRent(out _));
        supplier.SupplyAll();
        Assert.False(busy.TryRent(out _));
        busy.Return(held.ToArray());
    }

    [Fact]
    public void A_pool_gives_what_it_does_not_need_at_once_when_another_is_held_back()
    {
        using var supplier = new SlabSupplier(6L * Arena.SlabBytes, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 8);
        Mempool idle = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        Mempool busy = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        idle.Return(Grow(idle, supplier, 4096).ToArray());
        Assert.Equal(4, idle.Statistics.Slabs);

        // It swung before, and would keep its slabs for long; but somebody waits.
        var held = new List<Packet>();
        for (int turn = 0; turn < 12 && held.Count < 3072; turn++)
        {
            held.AddRange(Grow(busy, supplier, 3072 - held.Count, tries: 50));
            idle.Tidy();
            supplier.SupplyAll();
        }

        Assert.Equal(3072, held.Count);
        Assert.InRange(memory.Arena.SlabsMapped - memory.Arena.SlabsUnmapped, 0, 6);
        busy.Return(held.ToArray());
        TestMemory.AssertConserved(idle, 0);
        TestMemory.AssertConserved(busy, 0);
    }

    [Fact]
    public void Growing_with_a_supplier_allocates_nothing_and_asks_the_system_for_nothing()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 3);
        Mempool pool = memory.Pool(1024, 3072, options => options.Supplier = supplier);
        var packets = new Packet[3072];
        Assert.Equal(100, pool.Rent(packets.AsSpan(0, 100)));
        long mapped = memory.Arena.SlabsMapped;
        long before = GC.GetAllocatedBytesForCurrentThread();
        int more = pool.Rent(packets.AsSpan(100));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((1948, mapped), (more, memory.Arena.SlabsMapped));
        pool.Return(packets.AsSpan(0, 100 + more));
    }

    [Fact]
    public void A_supplier_that_looks_and_finds_nothing_to_do_allocates_nothing()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 6);
        for (int pool = 0; pool < 2; pool++)
        {
            memory.Pool(1024, 2048, options => options.Supplier = supplier);
        }

        supplier.SupplyAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int look = 0; look < 1000; look++)
        {
            supplier.SupplyAll();
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static List<Packet> Grow(Mempool pool, SlabSupplier supplier, int buffers, int tries = 10_000)
    {
        var held = new List<Packet>();
        var burst = new Packet[64];
        for (int i = 0; held.Count < buffers && i < tries; i++)
        {
            int count = pool.Rent(burst.AsSpan(0, Math.Min(64, buffers - held.Count)));
            held.AddRange(burst[..count]);
            if (i % 4 == 0 || count == 0)
            {
                supplier.SupplyAll();
            }
        }

        return held;
    }

    /// <summary>Two hundred milliseconds by the supplier's clock: as long again as a slab must lie idle at first.</summary>
    private void Settle(Mempool pool, SlabSupplier supplier)
    {
        for (int i = 0; i < 200; i++)
        {
            pool.Tidy();
            supplier.SupplyAll();
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }
}
