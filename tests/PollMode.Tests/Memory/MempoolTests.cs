using Xunit;

namespace PollMode.Tests;

public sealed class MempoolTests
{
    [Fact]
    public void The_defaults_are_those_of_the_paper()
    {
        var options = new MempoolOptions();
        Assert.Equal((64, 128, 1024), (options.CacheRefill, options.CacheRecycleLimit, options.CacheCapacity));
    }

    [Fact]
    public void A_stray_amid_a_burst_goes_home_and_mixes_no_slabs_in_the_cache()
    {
        using var memory = new TestMemory(slabs: 2);
        Mempool pool = memory.Pool(buffers: 2048);
        Packet[] packets = TestMemory.Rent(pool, 2048);
        pool.Return([packets[2046], packets[0], packets[2047]]);
        MempoolStatistics now = pool.Statistics;
        Assert.Equal((1, 2, 1), (now.Stray, now.InCache, now.InRing));
        pool.Return(packets.AsSpan(1, 2045));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void Buffers_come_from_cache_then_ring_then_backup_then_a_new_slab()
    {
        using var memory = new TestMemory(slabs: 2);
        Mempool pool = memory.Pool(buffers: 1024, limit: 2048);
        Assert.Equal(1024, pool.Statistics.InBackup);

        Packet[] first = TestMemory.Rent(pool, 64);
        MempoolStatistics now = pool.Statistics;
        Assert.Equal((0, 64, 64, 1, 0), (now.Fast, now.Slow, now.Backup, now.Empty, now.Refill));

        pool.Return(first);
        first = TestMemory.Rent(pool, 64);
        now = pool.Statistics;
        Assert.Equal((64, 64, 64, 1), (now.Fast, now.Cached, now.Slow, now.Empty));

        // From another thread they come home over the ring, from which the cache is refilled before the backup ring is touched.
        Packet[] foreign = first;
        TestMemory.Elsewhere(() => Mempool.Free(foreign));
        Assert.Equal((64, 64), (pool.Statistics.Ring, pool.Statistics.InRing));
        first = TestMemory.Rent(pool, 64);
        now = pool.Statistics;
        Assert.Equal((1, 64, 128), (now.Refill, now.Backup, now.Fast));
        Assert.Equal(foreign.ToHashSet(), first.ToHashSet());

        List<Packet> held = [.. first, .. TestMemory.Rent(pool, 960)];
        Assert.Equal((MempoolState.Prefilled, 0), (pool.State, pool.Statistics.InBackup));
        held.AddRange(TestMemory.Rent(pool, 64));
        now = pool.Statistics;
        Assert.Equal((MempoolState.Direct, 1, 1, 1), (pool.State, now.DirectInject, now.SlowHighOrder, now.BackupEmpty));
        Assert.Equal((1024 - 64, 2, 1024), (now.InCache, now.Slabs, now.Backup));
        held.AddRange(TestMemory.Rent(pool, 960));
        Assert.Equal(2048, held.Distinct().Count());
        Assert.Equal(0, pool.Rent(new Packet[64]));
        Assert.Equal(64, pool.Statistics.Exhausted);
        now = pool.Statistics;
        Assert.Equal(64 + 64 + 64 + 960 + 64 + 960, now.Fast + now.Slow);
        TestMemory.AssertConserved(pool, 2048);
        pool.Return(held.ToArray());
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void The_backup_ring_refills_the_cache_64_at_a_time()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        Assert.True(pool.TryRent(out Packet packet));
        Assert.Equal((63, 960), (pool.Statistics.InCache, pool.Statistics.InBackup));
        pool.Return(packet);
    }

    [Fact]
    public void The_cache_recycles_up_to_its_limit_and_the_ring_takes_the_rest()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        Packet[] packets = TestMemory.Rent(pool, 200);
        int cached = pool.Statistics.InCache;
        pool.Return(packets);
        MempoolStatistics now = pool.Statistics;
        Assert.Equal((128, 128 - cached), (now.InCache, now.Cached));
        Assert.Equal((200 - (128 - cached), 200 - (128 - cached)), (now.CacheFull, now.Ring));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void An_injected_slab_above_the_recycle_limit_keeps_the_limit_in_force()
    {
        using var memory = new TestMemory(slabs: 2);
        Mempool pool = memory.Pool(1024, 2048);
        Packet[] packets = TestMemory.Rent(pool, 1025);
        Assert.Equal(1023, pool.Statistics.InCache);
        pool.Return(packets.AsSpan(0, 64));
        Assert.Equal((1023, 64), (pool.Statistics.InCache, pool.Statistics.CacheFull));
        pool.Return(packets.AsSpan(64));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void An_exhausted_pool_gives_what_it_has_and_counts_what_it_has_not()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        var packets = new Packet[1100];
        Assert.Equal(1024, pool.Rent(packets));
        Assert.Equal(76, pool.Statistics.Exhausted);
        Assert.False(pool.TryRent(out _));
        Assert.Equal(77, pool.Statistics.Exhausted);
        Assert.Equal(1024, packets.Take(1024).Distinct().Count());
        pool.Return(packets.AsSpan(0, 1024));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void Home_has_room_for_every_buffer()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        Packet[] packets = TestMemory.Rent(pool, 1024);
        TestMemory.Elsewhere(() => Mempool.Free(packets));
        MempoolStatistics now = pool.Statistics;
        Assert.Equal((1024, 0, 1024), (now.Ring, now.RingFull, now.InRing));
        TestMemory.AssertConserved(pool, 0);
        Packet[] again = TestMemory.Rent(pool, 1024);
        Assert.Equal(packets.ToHashSet(), again.ToHashSet());
        Assert.All(again, packet => Assert.Equal((1, 1, true), (packet.ReferenceCount, packet.SegmentCount, packet.NextSegment.IsNone)));
        pool.Return(again);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void However_buffers_come_home_they_leave_in_runs_of_one_slab(bool byOwner)
    {
        const int Rounds = 3000;
        using var memory = new TestMemory(slabs: 8);
        Mempool pool = memory.Pool(8 * 1024);
        var random = new Random(11);
        List<Packet> held = [.. TestMemory.Rent(pool, 4 * 1024)];
        var burst = new Packet[64];
        int slabs = 0;
        for (int round = 0; round < Rounds; round++)
        {
            // Any 64 of those held, from anywhere: after a few hundred rounds a ring would give bursts of eight slabs.
            for (int i = 0; i < burst.Length; i++)
            {
                int at = random.Next(held.Count);
                (burst[i], held[at]) = (held[at], held[^1]);
                held.RemoveAt(held.Count - 1);
            }

            if (byOwner)
            {
                pool.Return(burst);
            }
            else
            {
                TestMemory.Elsewhere(() => Mempool.Free(burst));
            }

            Assert.Equal(64, pool.Rent(burst));
            slabs += burst.Select(packet => packet.ArenaOffset / Arena.SlabBytes).Distinct().Count();
            held.AddRange(burst);
        }

        // A burst may straddle two runs. The owner's cache is guarded by a look at a burst's ends, which a mixed one passes now and then.
        Assert.InRange(slabs / (double)Rounds, 1, byOwner ? 2.2 : 2);
        pool.Return(held.ToArray());
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void Packets_of_other_pools_find_their_way_home()
    {
        using var memory = new TestMemory(slabs: 2);
        Mempool mine = memory.Pool();
        Mempool other = memory.Pool();
        Packet[] packets = [.. TestMemory.Rent(mine, 40), .. TestMemory.Rent(other, 40), .. TestMemory.Rent(mine, 10)];
        mine.Return(packets);
        TestMemory.AssertConserved(mine, 0);
        TestMemory.AssertConserved(other, 0);
        Assert.Equal((0, 40), (mine.Statistics.Ring, other.Statistics.Ring));
    }

    [Fact]
    public void A_pool_that_does_not_leak_never_empties_its_backup_ring()
    {
        using var memory = new TestMemory(slabs: 2);
        Mempool pool = memory.Pool(2048);
        var random = new Random(7);
        var window = new Queue<Packet[]>();
        int lowest = int.MaxValue;
        for (int i = 0; i < 20_000; i++)
        {
            window.Enqueue(TestMemory.Rent(pool, random.Next(1, 257)));
            while (window.Sum(burst => burst.Length) > 1024)
            {
                pool.Return(window.Dequeue());
            }

            lowest = Math.Min(lowest, pool.Statistics.InBackup);
        }

        Assert.Equal(0, pool.Statistics.BackupEmpty);
        Assert.Equal(MempoolState.Prefilled, pool.State);
        Assert.True(lowest > 0, $"the backup ring fell to {lowest}");
        foreach (Packet[] burst in window)
        {
            pool.Return(burst);
        }

        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void A_pool_whose_user_leaks_switches_mode_once_and_keeps_giving_full_bursts()
    {
        const int Backup = 8192;
        const int Limit = 24576;
        using var memory = new TestMemory(slabs: Limit / 1024);
        Mempool pool = memory.Pool(Backup, Limit);
        var leaked = new List<Packet>();
        var burst = new Packet[64];
        long rented = 0;
        long switchedAt = 0;
        while (pool.Rent(burst) == burst.Length)
        {
            int kept = 0;
            foreach (Packet packet in burst)
            {
                if (++rented % 100 == 0)
                {
                    leaked.Add(packet);
                }
                else
                {
                    burst[kept++] = packet;
                }
            }

            pool.Return(burst.AsSpan(0, kept));
            if (switchedAt == 0 && pool.State == MempoolState.Direct)
            {
                switchedAt = rented;
            }

            Assert.Equal(leaked.Count, pool.InFlight);
        }

        // The switch comes when the leak has eaten the backup ring; a few buffers circulate in the cache.
        Assert.InRange(switchedAt, (Backup - 256) * 100L, (Backup * 100L) + 64);
        Assert.True(rented > 2_000_000, $"{rented} rented");
        Assert.InRange(leaked.Count, Limit - 64, Limit);
        Assert.Equal((Limit - Backup) / 1024, pool.Statistics.DirectInject);
        Assert.Equal(leaked.Count, leaked.Distinct().Count());

        // Late, not lost.
        Packet[] rest = [.. leaked];
        TestMemory.Elsewhere(() => Mempool.Free(rest));
        pool.Return(burst.AsSpan(0, pool.InFlight));
        TestMemory.AssertConserved(pool, 0);
    }

    [Theory]
    [InlineData(0, 0, "at least one")]
    [InlineData(2048, 1024, "raise LimitBuffers")]
    public void Wrong_sizes_are_refused(int buffers, int limit, string remedy)
    {
        using var memory = new TestMemory();
        Assert.Contains(remedy, Assert.Throws<PollModeException>(() => memory.Pool(buffers, limit)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_smaller_than_a_slab_is_refused()
    {
        using var memory = new TestMemory();
        Assert.Contains("at least 1024", Assert.Throws<PollModeException>(() => memory.Pool(change: options => options.CacheCapacity = 512)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_larger_than_its_arena_says_so_and_leaves_nothing_behind()
    {
        using var memory = new TestMemory(slabs: 2);
        string message = Assert.Throws<PollModeException>(() => memory.Pool(4096)).Message;
        Assert.Contains("needs 4 slabs of 2 MiB and the arena gave 2", message, StringComparison.Ordinal);
        Assert.Equal(2, memory.Arena.SlabsUnmapped);
        Assert.Equal(2048, memory.Pool(2048).Capacity);
    }
}
