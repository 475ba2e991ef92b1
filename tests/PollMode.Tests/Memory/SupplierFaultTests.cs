using PollMode.Testing;
using Xunit;

namespace PollMode.Tests;

/// <summary>A slab that cannot be had is one pool's trouble: it is kept, told, and tried again; the other pools are served all the same.</summary>
public sealed class SupplierFaultTests
{
    [Fact]
    public void A_pool_that_cannot_be_supplied_leaves_the_others_served_and_is_tried_again()
    {
        using var supplier = new SlabSupplier();
        using var ill = new TestMemory(slabs: 4);
        using var well = new TestMemory(slabs: 4);
        var map = new FaultyDmaMap();
        ill.Arena.Attach(map);
        Mempool first = ill.Pool(1024, 4096, options => options.Supplier = supplier);
        Mempool second = well.Pool(1024, 4096, options => options.Supplier = supplier);
        map.IsFaulty = true;

        // What it started with, and the slab that lay ready before.
        List<Packet> held = [.. TestMemory.Rent(first, 2048)];
        Assert.True(SpinWait.SpinUntil(() => supplier.Fault is InvalidOperationException, TimeSpan.FromMinutes(1)));
        Assert.Equal(0, first.Rent(new Packet[1]));
        second.Return(RentAll(second, 4096));
        map.IsFaulty = false;
        held.AddRange(RentAll(first, 2048));
        first.Return(held.ToArray());
        TestMemory.AssertConserved(first, 0);
        TestMemory.AssertConserved(second, 0);
    }

    /// <summary>Rents until there are so many.</summary>
    private static Packet[] RentAll(Mempool pool, int count)
    {
        var packets = new Packet[count];
        int rented = 0;
        Assert.True(SpinWait.SpinUntil(() => (rented += pool.Rent(packets.AsSpan(rented, Math.Min(256, count - rented)))) == count, TimeSpan.FromMinutes(1)));
        return packets;
    }
}
