using System.Collections.Concurrent;
using Xunit;

namespace PollMode.Tests;

/// <summary>The owner rents, other threads give back, all at once; every packet carries a stamp that nobody else may have.</summary>
public sealed class MempoolThreadTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 3)]
    [InlineData(2, 4)]
    [InlineData(4, 5)]
    public void What_foreign_threads_return_comes_home_once(int returners, int seed)
    {
        const int Rounds = 4000;
        using var memory = new TestMemory(slabs: 4, bufferBytes: 8192);
        Mempool pool = memory.Pool(512, 1024);
        using var mail = new BlockingCollection<Packet[]>(64);
        var outside = new ConcurrentDictionary<Packet, ulong>();
        int broken = 0;
        var threads = new Thread[returners];
        for (int t = 0; t < returners; t++)
        {
            int number = t;
            threads[t] = new Thread(() =>
            {
                var random = new Random((seed * 100) + number);
                foreach (Packet[] packets in mail.GetConsumingEnumerable())
                {
                    foreach (Packet packet in packets)
                    {
                        // Whoever else had this buffer would have stamped it anew.
                        if (!outside.TryRemove(packet, out ulong stamp) || packet.UserWord != stamp || BitConverter.ToUInt64(packet.Span) != stamp)
                        {
                            Interlocked.Increment(ref broken);
                        }
                    }

                    switch (random.Next(3))
                    {
                        case 0:
                            Mempool.Free(packets);
                            break;
                        case 1:
                            Array.ForEach(packets, packet => packet.Free());
                            break;
                        default:
                            Array.ForEach(packets, packet => packet.Clone());
                            Mempool.Free(packets);
                            Array.ForEach(packets, packet => packet.Detach().Dispose());
                            break;
                    }
                }
            });
            threads[t].Start();
        }

        var owner = new Random(seed);
        var burst = new Packet[64];
        ulong next = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int count = pool.Rent(burst.AsSpan(0, owner.Next(1, 65)));
            foreach (Packet packet in burst.AsSpan(0, count))
            {
                packet.UserWord = ++next;
                packet.TryWrite(BitConverter.GetBytes(next));
                Assert.True(outside.TryAdd(packet, next), "a buffer was rented twice");
            }

            int keep = owner.Next(count + 1);
            foreach (Packet packet in burst.AsSpan(0, keep))
            {
                Assert.True(outside.TryRemove(packet, out _));
            }

            pool.Return(burst.AsSpan(0, keep));
            if (keep < count)
            {
                mail.Add(burst[keep..count], TestContext.Current.CancellationToken);
            }

            MempoolStatistics seen = pool.Statistics;
            Assert.InRange(seen.InFlight, 0, seen.Capacity);
        }

        mail.CompleteAdding();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.Equal(0, broken);
        Assert.Empty(outside);
        TestMemory.AssertConserved(pool, 0);
        Packet[] all = TestMemory.Rent(pool, pool.Capacity);
        Assert.Equal(pool.Capacity, all.Distinct().Count());
        Assert.Equal(0, pool.Statistics.InBackup + pool.Statistics.InCache + pool.Statistics.InRing);
        pool.Return(all);
    }

    /// <summary>The owner's return of a burst looks at packets only while the pool has shared ones or chains: one that others still hold stays out.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_another_thread_holds_as_well_is_not_recycled_with_the_owners_burst(int seed)
    {
        using var memory = new TestMemory(slabs: 2, bufferBytes: 8192);
        Mempool pool = memory.Pool(512);
        using var mail = new BlockingCollection<(Packet Packet, ulong Stamp)>(128);
        int broken = 0;
        var holder = new Thread(() =>
        {
            foreach ((Packet packet, ulong stamp) in mail.GetConsumingEnumerable())
            {
                // Had it been recycled, its next user would have stamped it anew.
                broken += packet.UserWord == stamp ? 0 : 1;
                packet.Free();
            }
        });
        holder.Start();
        var random = new Random(seed);
        var burst = new Packet[64];
        ulong next = 0;
        for (int round = 0; round < 4000; round++)
        {
            int count = pool.Rent(burst.AsSpan(0, random.Next(1, 65)));
            int shared = random.Next(4) == 0 ? random.Next(count + 1) : 0;
            for (int i = 0; i < count; i++)
            {
                burst[i].UserWord = ++next;
                if (i < shared)
                {
                    mail.Add((burst[i].Clone(), next), TestContext.Current.CancellationToken);
                }
            }

            // A chain among them: its tail has to come home as well.
            if (count - shared >= 3 && random.Next(8) == 0)
            {
                burst[count - 2].AppendSegments(burst[count - 1]);
                count--;
            }

            random.Shuffle(burst.AsSpan(0, count));
            pool.Return(burst.AsSpan(0, count));
        }

        mail.CompleteAdding();
        holder.Join();
        Assert.Equal(0, broken);
        TestMemory.AssertConserved(pool, 0);
        Assert.Equal(pool.Capacity, TestMemory.Rent(pool, pool.Capacity).Distinct().Count());
    }

    [Fact]
    public void Holders_on_several_threads_free_a_shared_packet_exactly_once()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        for (int round = 0; round < 40; round++)
        {
            Packet[] packets = TestMemory.Rent(pool, 500);
            var holders = new Thread[3];
            for (int h = 0; h < holders.Length; h++)
            {
                Array.ForEach(packets, packet => packet.Clone());
            }

            for (int h = 0; h < holders.Length; h++)
            {
                holders[h] = new Thread(() => Array.ForEach(packets, packet => packet.Free()));
                holders[h].Start();
            }

            pool.Return(packets);
            Array.ForEach(holders, holder => holder.Join());
            TestMemory.AssertConserved(pool, 0);
        }

        MempoolStatistics now = pool.Statistics;
        Assert.Equal(40 * 500 * 3, now.ReleasedReferenceCount);
        Packet[] all = TestMemory.Rent(pool, 1024);
        Assert.Equal(1024, all.Distinct().Count());
        Assert.All(all, packet => Assert.Equal(1, packet.ReferenceCount));
        pool.Return(all);
    }

    [Fact]
    public void Statistics_are_read_safely_while_a_pool_moves_and_goes()
    {
        using var memory = new TestMemory(slabs: 2);
        Mempool pool = memory.Pool(1024, 2048);
        using var stop = new CancellationTokenSource();
        int odd = 0;
        long reads = 0;
        var reader = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                MempoolStatistics now = pool.Statistics;
                reads++;
                if (now.InFlight < 0 || now.InCache < 0 || now.InRing < 0 || now.InBackup < 0)
                {
                    odd++;
                }

                Thread.Yield();
            }
        });
        reader.Start();
        for (int i = 0; i < 3000; i++)
        {
            Packet[] packets = TestMemory.Rent(pool, 1 + (i % 1500));
            if (i % 100 == 0)
            {
                TestMemory.Elsewhere(() => Mempool.Free(packets));
            }
            else
            {
                pool.Return(packets);
            }
        }

        pool.Dispose();
        Assert.Equal(MempoolState.Freed, pool.State);
        long then = Volatile.Read(ref reads);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref reads) > then + 2, TimeSpan.FromSeconds(30)));
        stop.Cancel();
        reader.Join();
        Assert.Equal(0, odd);
    }
}
