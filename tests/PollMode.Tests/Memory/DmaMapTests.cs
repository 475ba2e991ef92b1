using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

/// <summary>What a device is told of an arena: every slab once, before its first buffer is given, until its last has come home.</summary>
public sealed unsafe class DmaMapTests
{
    [Fact]
    public void What_is_there_is_mapped_when_a_device_comes_and_what_comes_later_when_it_comes()
    {
        using var memory = new TestMemory(slabs: 4);
        using var supplier = new SlabSupplier(0, startThread: false);
        Mempool pool = memory.Pool(2048, 4096, options => options.Supplier = supplier);
        var map = new RecordingDmaMap();
        memory.Arena.Attach(map);

        // Two of the pool, and the one that lies ready for it.
        Assert.Equal([0L, Arena.SlabBytes, 2L * Arena.SlabBytes], map.Mappings.Keys.Order());
        Assert.All(map.Mappings.Values, bytes => Assert.Equal(Arena.SlabBytes, bytes));
        Packet[] packets = TestMemory.Rent(pool, 3072);
        supplier.SupplyAll();
        Assert.Equal((4, 0), map.Calls);
        Array.ForEach(packets, packet => Use(map, packet));
        pool.Return(packets);
        pool.Dispose();
        Assert.Equal((4, 4), map.Calls);
        memory.Dispose();
        Assert.True(map.IsDisposed);
        Assert.Empty(map.Faults);
    }

    [Fact]
    public void The_supplier_maps_on_its_own_thread()
    {
        using var supplier = new SlabSupplier();
        using var memory = new TestMemory(slabs: 4);
        var map = new RecordingDmaMap();
        memory.Arena.Attach(map);
        Mempool pool = memory.Pool(1024, 4096, options => options.Supplier = supplier);
        map.Threads.Clear();
        var held = new List<Packet>();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                var packets = new Packet[256];
                foreach (Packet packet in packets[..pool.Rent(packets)])
                {
                    Use(map, packet);
                    held.Add(packet);
                }

                return held.Count == 4096;
            },
            TimeSpan.FromMinutes(2)));
        Assert.Equal(["pollmode-slabs"], map.Threads);
        pool.Return(held.ToArray());
        memory.Dispose();
        Assert.Empty(map.Faults);
    }

    [Fact]
    public void A_device_address_outside_a_mapping_fails()
    {
        using var memory = new TestMemory(slabs: 2);
        var map = new RecordingDmaMap();
        memory.Arena.Attach(map);
        Mempool pool = memory.Pool();
        Packet packet = TestMemory.Rent(pool, 1)[0];
        Use(map, packet);
        foreach (ulong address in new[] { (ulong)packet.DataPointer, RecordingDmaMap.BaseAddress - 1, RecordingDmaMap.BaseAddress + Arena.SlabBytes, RecordingDmaMap.BaseAddress + Arena.SlabBytes - 63 })
        {
            Assert.Throws<InvalidOperationException>(() => map.Translate(address, 64));
        }

        long offset = packet.ArenaOffset;
        pool.Return(packet);
        pool.Dispose();
        Assert.Throws<InvalidOperationException>(() => map.Translate(RecordingDmaMap.BaseAddress + (ulong)offset, 64));
    }

    [Fact]
    public void Memory_under_a_held_buffer_stays_mapped_when_pool_and_port_are_gone()
    {
        using var memory = new TestMemory(slabs: 2);
        var map = new RecordingDmaMap();
        memory.Arena.Attach(map);
        Mempool pool = memory.Pool(2048);
        Packet[] packets = TestMemory.Rent(pool, 2);
        pool.Return(packets[0]);
        pool.Dispose();
        memory.Arena.DisposeWhenEmpty();
        Assert.Equal((2, 0), map.Calls);
        Use(map, packets[1]);
        TestMemory.Elsewhere(packets[1].Free);
        Assert.True(pool.WaitUntilFreed(TimeSpan.FromSeconds(30)));
        Assert.Equal(((2, 2), true), (map.Calls, map.IsDisposed));
        Assert.Empty(map.Faults);
    }

    [Fact]
    public void What_a_device_cannot_map_is_not_given_and_the_others_forget_it()
    {
        using var memory = new TestMemory(slabs: 4);
        var first = new RecordingDmaMap();
        var second = new RecordingDmaMap { Limit = 2 };
        memory.Arena.Attach(first);
        memory.Arena.Attach(second);
        Mempool pool = memory.Pool(1024, 4096);
        var packets = new Packet[4096];
        Assert.Equal(2048, pool.Rent(packets));
        Assert.Equal((2, 2), (first.Mappings.Count, second.Mappings.Count));
        Assert.Equal((2, 0), (memory.Arena.SlabsMapped, memory.Arena.SlabsUnmapped));
        Assert.Equal("no more than 2 slab(s): the device has no room for more mappings", memory.Arena.Report[0]);
        Assert.Contains("no room for more mappings", Assert.Throws<PollModeException>(() => memory.Pool(4096)).Message, StringComparison.Ordinal);
        second.Limit = 3;
        Assert.Equal(1024, pool.Rent(packets.AsSpan(2048)));
        pool.Return(packets.AsSpan(0, 3072));
        memory.Dispose();
        Assert.Empty(first.Faults.Concat(second.Faults));
    }

    [Fact]
    public void A_device_that_cannot_map_what_is_there_is_not_attached()
    {
        using var memory = new TestMemory(slabs: 3);
        memory.Pool(3072);
        var map = new RecordingDmaMap { Limit = 2 };
        Assert.Throws<PollModeException>(() => memory.Arena.Attach(map));
        Assert.Equal((2, 2), map.Calls);
        memory.Dispose();
        Assert.False(map.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => memory.Arena.Attach(map));
    }

    [Fact]
    public void A_filled_arena_keeps_its_mappings_from_pool_to_pool()
    {
        using var memory = new TestMemory(slabs: 3);
        Mempool early = memory.Pool(3072);
        early.Dispose();
        Assert.Equal(3, memory.Arena.SlabsUnmapped);
        memory.Arena.Fill();
        Assert.True(memory.Arena.IsFilled);
        var map = new RecordingDmaMap();
        memory.Arena.Attach(map);
        for (int i = 0; i < 3; i++)
        {
            Mempool pool = memory.Pool(3072);
            Packet[] packets = TestMemory.Rent(pool, 3072);
            Array.ForEach(packets, packet => Use(map, packet));
            pool.Return(packets);
            pool.Dispose();
        }

        Assert.Equal((3, 0), map.Calls);
        memory.Dispose();
        Assert.Equal((3, 3), map.Calls);
        Assert.Empty(map.Faults);
    }

    [Fact]
    public void A_shared_arena_is_mapped_whole()
    {
        using Arena arena = TestArena.Create(slabs: 3, shared: true);
        var map = new RecordingDmaMap();
        arena.Attach(map);
        Assert.Equal(3L * Arena.SlabBytes, map.Mappings.Values.Sum());
        arena.Dispose();
        Assert.True(map.IsDisposed);
        Assert.Empty(map.Faults);
    }

    private static void Use(RecordingDmaMap map, Packet packet)
    {
        packet.SetFrame(128, 0, 1500);
        map.Access(packet, (byte)packet.GetHashCode());
    }
}
