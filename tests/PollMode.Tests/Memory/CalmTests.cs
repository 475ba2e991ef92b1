using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

/// <summary>How long slabs must lie idle before they go: by a clock that the test moves, however often the owner turns.</summary>
public sealed class CalmTests
{
    private const int PerSlab = 1024;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public void Slabs_wait_for_time_and_not_for_turns()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 6);
        Mempool pool = Grown(memory, supplier);
        for (int turn = 0; turn < 100_000; turn++)
        {
            pool.Tidy();
        }

        Pass(pool, supplier, CalmWatch.Shortest - Look);
        Assert.Equal((6, 0), (pool.Statistics.Slabs, pool.Statistics.SlabsSetFree));

        // And then all that were idle go, not one in so long: of one turn in ten milliseconds each.
        for (int turn = 0; turn < 6; turn++)
        {
            Pass(pool, supplier, TimeSpan.FromMilliseconds(10), turns: 1);
        }

        Assert.Equal((2, 4), (pool.Statistics.Slabs, pool.Statistics.SlabsSetFree));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void What_was_needed_once_in_that_time_stays()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 6);
        Mempool pool = Grown(memory, supplier);
        for (int i = 0; i < 50; i++)
        {
            // Five slabs' worth for a moment, in each half of the time: none of the six is too many.
            Packet[] packets = TestMemory.Rent(pool, 5 * PerSlab);
            supplier.SupplyAll();
            pool.Return(packets);
            Pass(pool, supplier, CalmWatch.Shortest / 2);
        }

        Assert.Equal((6, 0), (pool.Statistics.Slabs, pool.Statistics.SlabsSetFree));
    }

    [Fact]
    public void A_slab_taken_back_from_the_mailbox_costs_no_patience()
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 4);
        Mempool pool = memory.Pool(PerSlab, 3 * PerSlab, options => options.Supplier = supplier);
        for (int swing = 0; swing < 20; swing++)
        {
            // Three slabs, so that one is too many afterwards: it lies ready, and is taken from there.
            pool.Return(Rent(pool, supplier, 3 * PerSlab));
            long free = pool.Statistics.SlabsSetFree;
            Pass(pool, supplier, CalmWatch.Shortest + (10 * Look));
            Assert.Equal(free + 1, pool.Statistics.SlabsSetFree);
        }

        Assert.Equal((3, 0), (memory.Arena.SlabsMapped, memory.Arena.SlabsUnmapped));
    }

    [Fact]
    public void Patience_doubles_with_each_slab_mapped_again_and_is_forgotten_after_a_steady_minute()
    {
        var watch = new CalmWatch(PerSlab);
        for (int doubling = 0; doubling < 12; doubling++)
        {
            watch.Regret();
        }

        Assert.Equal(CalmWatch.Longest, watch.Wanted);
        TimeSpan now = TimeSpan.Zero;
        for (int second = 0; second < 600; second++)
        {
            // A demand that swings by more than a slab every half minute.
            watch.Look(now += TimeSpan.FromSeconds(1), 10 * PerSlab, second / 30 % 2 * 2 * PerSlab);
        }

        Assert.Equal(CalmWatch.Longest, watch.Wanted);
        for (int second = 0; second < 62; second++)
        {
            watch.Look(now += TimeSpan.FromSeconds(1), 10 * PerSlab, second % 2 * 100);
        }

        Assert.Equal(CalmWatch.Shortest, watch.Wanted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public void A_swing_of_so_many_seconds_maps_again_a_few_times_only(int seconds)
    {
        using var supplier = new SlabSupplier(0, startThread: false, _clock);
        using var memory = new TestMemory(slabs: 6);
        Mempool pool = Grown(memory, supplier);
        long before = 0;
        for (int swing = 0; swing < 40; swing++)
        {
            before = swing == 12 ? memory.Arena.SlabsMapped : before;
            Pass(pool, supplier, TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(10));
            pool.Return(Rent(pool, supplier, 6 * PerSlab));
        }

        // Patience doubles to the length of the swing, and the swings after that cost nothing.
        Assert.Equal(before, memory.Arena.SlabsMapped);
        Assert.InRange(memory.Arena.SlabsMapped, 7, 6 + (3 * 10));
    }

    private static Mempool Grown(TestMemory memory, SlabSupplier supplier)
    {
        Mempool pool = memory.Pool(PerSlab, 6 * PerSlab, options => options.Supplier = supplier);
        pool.Return(Rent(pool, supplier, 6 * PerSlab));
        Assert.Equal(6, pool.Statistics.Slabs);
        return pool;
    }

    private static Packet[] Rent(Mempool pool, SlabSupplier supplier, int count)
    {
        var packets = new Packet[count];
        int have = 0;
        for (int tries = 0; have < count && tries < 1000; tries++)
        {
            have += pool.Rent(packets.AsSpan(have));
            supplier.SupplyAll();
        }

        Assert.Equal(count, have);
        return packets;
    }

    private void Pass(Mempool pool, SlabSupplier supplier, TimeSpan time, int turns) => Pass(pool, supplier, time, time / turns);

    /// <summary>Lets time go by: a turn of the owner and a look of the supplier, then a step of the clock.</summary>
    private void Pass(Mempool pool, SlabSupplier supplier, TimeSpan time, TimeSpan? step = null)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += step ?? Look)
        {
            pool.Tidy();
            supplier.SupplyAll();
            _clock.Advance(step ?? Look);
        }
    }
}
