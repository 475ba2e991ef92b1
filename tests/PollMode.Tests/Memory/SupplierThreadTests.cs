using Xunit;

namespace PollMode.Tests;

/// <summary>Pools whose supplier runs by itself, beside their owners.</summary>
public sealed class SupplierThreadTests
{
    [Fact]
    public void An_owner_whose_supplier_is_stuck_in_the_system_goes_on()
    {
        using var supplier = new SlabSupplier();
        using var memory = new TestMemory(slabs: 4);
        using var stuck = new StuckDmaMap();
        memory.Arena.Attach(stuck);
        Mempool pool = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        stuck.Stick();
        var packets = new Packet[4096];

        // The one that lay ready, and no more: the supplier hangs with the arena's lock in its hand.
        Assert.Equal(2048, pool.Rent(packets));
        Assert.True(stuck.WaitUntilStuck(TimeSpan.FromSeconds(60)));
        Assert.Equal(0, pool.Rent(packets.AsSpan(2048)));
        Assert.True(pool.Statistics.HeldBack > 0);

        // What comes home meanwhile is the next source.
        TestMemory.Elsewhere(() => Mempool.Free(packets.AsSpan(0, 200)));
        Assert.Equal(200, pool.Rent(packets.AsSpan(0, 300)));
        pool.Tidy();
        stuck.Release();
        Assert.True(SpinWait.SpinUntil(() => pool.TryRent(out packets[2048]), TimeSpan.FromMinutes(2)));
        pool.Return(packets.AsSpan(0, 2049));
        TestMemory.AssertConserved(pool, 0);
    }

    [Fact]
    public void A_slab_on_its_way_from_the_mailbox_to_the_pool_counts()
    {
        using var supplier = new SlabSupplier(0, startThread: false);
        using var memory = new TestMemory(slabs: 3);
        var packets = new Packet[2048];
        bool stop = false;
        var looking = new Thread(() =>
        {
            for (int look = 1; !Volatile.Read(ref stop); look++)
            {
                supplier.SupplyAll();
                if (look % 256 == 0)
                {
                    Thread.Yield();
                }
            }
        })
        { IsBackground = true };
        looking.Start();
        long most = 0;
        for (int life = 0; life < 400; life++)
        {
            var pool = new Mempool(memory.Arena, new MempoolOptions { Buffers = 1024, LimitBuffers = 2048, Supplier = supplier });
            int have = pool.Rent(packets);
            for (int look = 0; look < 100; look++)
            {
                most = Math.Max(most, pool.SlabsHeld);
            }

            pool.Return(packets.AsSpan(0, have));
            most = Math.Max(most, memory.Arena.SlabsMapped - memory.Arena.SlabsUnmapped);
            pool.Dispose();
        }

        Volatile.Write(ref stop, true);
        looking.Join();

        // The limit is two slabs, and the one between the two places is one of them.
        Assert.Equal(2, most);
        Assert.Equal(memory.Arena.SlabsMapped, memory.Arena.SlabsUnmapped);
    }

    [Fact]
    public void Whatever_pools_under_a_running_supplier_do_they_have_no_more_than_their_limits_and_the_budget()
    {
        const int Budget = 6;
        const int Limit = 4;
        using var supplier = new SlabSupplier((long)Budget * Arena.SlabBytes);
        using var memory = new TestMemory(slabs: 16);
        bool stop = false;
        var all = new List<Mempool>();
        var owners = new List<Thread>();
        for (int i = 0; i < 2; i++)
        {
            Mempool pool = memory.Pool(1024, Limit * 1024, options => options.Supplier = supplier);
            var random = new Random(i);
            all.Add(pool);
            owners.Add(new Thread(() =>
            {
                pool.BindOwner();
                var packets = new Packet[Limit * 1024];
                for (int have = 0; !Volatile.Read(ref stop);)
                {
                    // Up and down, and still for a while, so that slabs go back as well.
                    int wanted = random.Next(packets.Length);
                    long until = Environment.TickCount64 + random.Next(200);
                    pool.Return(packets.AsSpan(Math.Min(wanted, have), Math.Max(0, have - wanted)));
                    have = Math.Min(have, wanted);
                    while (Environment.TickCount64 < until && !Volatile.Read(ref stop))
                    {
                        have += pool.Rent(packets.AsSpan(have, wanted - have));
                        pool.Tidy();
                        Thread.Yield();
                    }

                    if (Volatile.Read(ref stop))
                    {
                        pool.Return(packets.AsSpan(0, have));
                    }
                }
            }));
        }

        owners.ForEach(owner => owner.Start());
        long most = 0;
        int mostOfOne = 0;
        int looks = 0;

        // Until both were reached, and slabs came and went.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                looks++;
                most = Math.Max(most, memory.Arena.SlabsMapped - memory.Arena.SlabsUnmapped);
                mostOfOne = Math.Max(mostOfOne, all.Max(pool => pool.SlabsHeld));
                return looks > 500 && memory.Arena.SlabsUnmapped >= 6 && (most, mostOfOne) == (Budget, Limit);
            },
            TimeSpan.FromMinutes(2)));
        Volatile.Write(ref stop, true);
        owners.ForEach(owner => owner.Join());
        Assert.Equal((Budget, Limit), (most, mostOfOne));
        Assert.All(all, pool => TestMemory.AssertConserved(pool, 0));
    }

    [Fact]
    public void The_thread_does_all_that_by_itself()
    {
        using var supplier = new SlabSupplier();
        using var memory = new TestMemory(slabs: 4);
        Mempool pool = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        var held = new List<Packet>();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                var packets = new Packet[256];
                held.AddRange(packets[..pool.Rent(packets)]);
                return held.Count == 4096;
            },
            TimeSpan.FromMinutes(2)));
        pool.Return(held.ToArray());
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                pool.Tidy();
                return memory.Arena.SlabsMapped - memory.Arena.SlabsUnmapped <= 3;
            },
            TimeSpan.FromMinutes(2)));
        TestMemory.AssertConserved(pool, 0);
        Assert.Null(supplier.Fault);
    }
}
