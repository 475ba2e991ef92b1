using Xunit;

namespace PollMode.Tests;

public sealed class DrainingTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_pool_with_every_buffer_home_is_freed_at_once()
    {
        using var memory = new TestMemory(slabs: 2);
        Mempool pool = memory.Pool(2048);
        pool.Return(TestMemory.Rent(pool, 300));
        pool.Dispose();
        Assert.Equal(MempoolState.Freed, pool.State);
        Assert.Equal((2, 2), (memory.Arena.SlabsMapped, memory.Arena.SlabsUnmapped));
        Assert.Equal((0, 0, 0), (pool.Capacity, pool.InFlight, pool.Rent(new Packet[8])));
        TestMemory.AssertConserved(pool, 0);
        pool.Dispose();
    }

    [Fact]
    public void Memory_that_somebody_holds_stays_mapped_until_it_comes_home()
    {
        using var memory = new TestMemory(slabs: 2);
        Mempool pool = memory.Pool(2048);
        Assert.True(pool.TryRent(out Packet packet));
        Assert.True(packet.TryWrite("still here"u8));
        packet.Port = 3;
        DetachedPacket held = packet.Detach();
        Memory<byte> bytes = held.Memory;
        pool.Dispose();
        memory.Arena.DisposeWhenEmpty();
        Assert.Equal(MempoolState.Draining, pool.State);
        Assert.False(pool.WaitUntilFreed(TimeSpan.FromMilliseconds(250)));
        Assert.Equal((0, 1), (memory.Arena.SlabsUnmapped, pool.InFlight));
        string line = Assert.Single(pool.DescribeInFlight(10));
        Assert.Contains("10 bytes from port 3, 1 holder(s)", line, StringComparison.Ordinal);
        Assert.True(bytes.Span.SequenceEqual("still here"u8));

        TestMemory.Elsewhere(held.Dispose);
        Assert.True(pool.WaitUntilFreed(Long));
        Assert.Equal(2, memory.Arena.SlabsUnmapped);
        Assert.Empty(pool.DescribeInFlight(10));

        // A use after the end throws; it does not touch whatever lies at the address now.
        Assert.Throws<ObjectDisposedException>(() => bytes.Span[0]);
        Assert.Throws<ObjectDisposedException>(() => held.Memory);
    }

    [Fact]
    public void The_last_return_frees_a_draining_pool_without_anybody_asking()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        Packet[] packets = TestMemory.Rent(pool, 100);
        pool.Dispose();
        TestMemory.Elsewhere(() => Mempool.Free(packets));
        Assert.True(SpinWait.SpinUntil(() => pool.State == MempoolState.Freed, Long));
        Assert.Equal(1, memory.Arena.SlabsUnmapped);
    }

    [Fact]
    public void The_former_owner_may_return_late_too()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        Packet[] packets = TestMemory.Rent(pool, 100);
        pool.Dispose();
        foreach (Packet packet in packets)
        {
            packet.Free();
        }

        Assert.True(pool.WaitUntilFreed(Long));
        Assert.Equal(100, pool.Statistics.Ring);
    }

    [Fact]
    public void Shared_packets_are_described_and_freed_by_the_last_holder()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        Assert.True(pool.TryRent(out Packet packet));
        Packet clone = packet.Clone();
        pool.Dispose();
        Assert.Contains("2 holder(s)", Assert.Single(pool.DescribeInFlight(10)), StringComparison.Ordinal);
        packet.Free();
        Assert.False(pool.WaitUntilFreed(TimeSpan.Zero));
        clone.Free();
        Assert.True(pool.WaitUntilFreed(Long));
    }

    [Fact]
    public void Descriptions_are_limited()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        Packet[] packets = TestMemory.Rent(pool, 20);
        Assert.Equal(5, pool.DescribeInFlight(5).Count);
        Assert.Equal(20, pool.DescribeInFlight(100).Count);
        pool.Return(packets);
        Assert.Empty(pool.DescribeInFlight(100));
    }

    [Fact]
    public void Holders_that_let_go_while_the_pool_is_disposed_lose_nothing()
    {
        for (int round = 0; round < 60; round++)
        {
            using var memory = new TestMemory(slabs: 1);
            Mempool pool = memory.Pool();
            Packet[] packets = TestMemory.Rent(pool, 600);
            foreach (Packet packet in packets)
            {
                packet.Clone();
            }

            // Two holders of each packet race with each other and with the disposal.
            var holders = new Thread[2];
            for (int i = 0; i < holders.Length; i++)
            {
                holders[i] = new Thread(() =>
                {
                    foreach (Packet packet in packets)
                    {
                        packet.Free();
                    }
                });
                holders[i].Start();
            }

            pool.Dispose();
            memory.Arena.DisposeWhenEmpty();
            Assert.True(pool.WaitUntilFreed(Long));
            Assert.Equal(1, memory.Arena.SlabsUnmapped);
            foreach (Thread holder in holders)
            {
                holder.Join();
            }

            Assert.Equal(600, pool.Statistics.Ring);
            Assert.Equal(0, pool.InFlight);
        }
    }

    [Fact]
    public void Slabs_of_a_disposed_pool_serve_the_next_one()
    {
        using var memory = new TestMemory(slabs: 2);
        for (int i = 0; i < 50; i++)
        {
            Mempool pool = memory.Pool(2048);
            Packet[] packets = TestMemory.Rent(pool, 2048);
            Assert.Equal(2048, packets.Select(packet => packet.ArenaOffset).Distinct().Count());
            pool.Return(packets);
            pool.Dispose();
            Assert.Equal(MempoolState.Freed, pool.State);
        }

        Assert.Equal((100, 100), (memory.Arena.SlabsMapped, memory.Arena.SlabsUnmapped));
    }

    [Fact]
    public void Many_pools_of_many_arenas_come_and_go_on_several_threads()
    {
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, lane =>
        {
            for (int i = 0; i < 20; i++)
            {
                using var memory = new TestMemory(slabs: 5, bufferBytes: 65536);
                Mempool[] pools = [.. Enumerable.Range(0, 5).Select(_ => memory.Pool(32))];
                foreach (Mempool pool in pools)
                {
                    Packet[] packets = TestMemory.Rent(pool, 32);
                    for (int n = 0; n < packets.Length; n++)
                    {
                        Assert.Same(pool, packets[n].Pool);
                        packets[n].UserWord = (ulong)((lane * 1000) + n);
                        Assert.True(packets[n].TryWrite(BitConverter.GetBytes((long)lane)));
                        Assert.Equal(lane, BitConverter.ToInt64(packets[n].Memory.Span));
                    }

                    pool.Return(packets);
                    pool.Dispose();
                    Assert.Equal(MempoolState.Freed, pool.State);
                }
            }
        });
    }
}
