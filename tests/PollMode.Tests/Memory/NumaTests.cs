using PollMode.Linux;
using Xunit;

namespace PollMode.Tests;

/// <summary>Memory of one NUMA node. Where the host has a single node, <see cref="HugepageGuestTests"/> shows several.</summary>
public sealed class NumaTests
{
    private static bool HasNode(int node) => Directory.Exists($"/sys/devices/system/node/node{node}");

    [Theory]
    [InlineData(0, PageKind.Small4KiB)]
    [InlineData(1, PageKind.Small4KiB)]
    [InlineData(0, PageKind.Huge2MiB)]
    [InlineData(1, PageKind.Huge2MiB)]
    public unsafe void Every_slab_lies_on_the_node_that_was_asked_for(int node, PageKind pages)
    {
        Assert.SkipUnless(HasNode(node), $"there is no NUMA node {node}");
        if (pages == PageKind.Huge2MiB)
        {
            Assert.SkipUnless(FreeHugePages(node) >= 4, $"needs four free hugepages of 2 MiB on NUMA node {node}");
        }

        var arena = new Arena(new ArenaOptions { LimitBytes = 8 << 20, NumaNode = node, LargestPages = pages, SmallestPages = pages });
        using (var pool = new Mempool(arena, new MempoolOptions { Buffers = 4096 }))
        {
            Assert.Equal(4, arena.SlabsMapped);
            for (long at = 0; at < arena.SlabsMapped * (long)Arena.SlabBytes; at += 4096)
            {
                int found = -1;
                Assert.Equal(0, LibC.GetNodeOfAddress((nint)arena.BaseAddress + (nint)at, &found));
                Assert.Equal(node, found);
            }

            Assert.Equal((4096, 0), (pool.Capacity, arena.ForeignNodeSlabs));
        }

        arena.Dispose();
    }

    private static int FreeHugePages(int node) =>
        int.Parse(File.ReadAllText($"/sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/free_hugepages"), System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Memory_of_a_numa_node_is_taken_from_there()
    {
        Assert.SkipUnless(HasNode(0), "the kernel knows no NUMA nodes");
        var arena = new Arena(new ArenaOptions { LimitBytes = 4 << 20, NumaNode = 0, LargestPages = PageKind.Small4KiB });
        using (var pool = new Mempool(arena, new MempoolOptions { Buffers = 2048 }))
        {
            Assert.Equal((2048, 0), (pool.Capacity, arena.ForeignNodeSlabs));
        }

        arena.Dispose();
    }

    [Fact]
    public void Slabs_of_another_node_are_counted_by_the_pool_that_took_them()
    {
        Assert.SkipUnless(HasNode(0), "the kernel knows no NUMA nodes");
        nint start = 0;
        using var supplier = new SlabSupplier(0, startThread: false);
        var arena = new Arena(new ArenaOptions
        {
            LimitBytes = 12 << 20,
            NumaNode = 0,
            LargestPages = PageKind.Small4KiB,

            // Every second slab, from the second on.
            NodeOfAddress = address => (int)((address - start) / Arena.SlabBytes) % 2,
        });
        unsafe
        {
            start = (nint)arena.BaseAddress;
        }

        using (var first = new Mempool(arena, new MempoolOptions { Buffers = 3072 }))
        using (var second = new Mempool(arena, new MempoolOptions { Buffers = 1024, LimitBuffers = 3072, Supplier = supplier }))
        {
            Assert.Equal((1, 1), (first.Statistics.Waive, second.Statistics.Waive));

            // A third one is ready, of the right node; and a fourth is not.
            second.Return(TestMemory.Rent(second, 2048));
            supplier.SupplyAll();
            Assert.Equal((1, 2, 3), (first.Statistics.Waive, second.Statistics.Waive, arena.ForeignNodeSlabs));
        }

        Assert.Equal(0, arena.ForeignNodeSlabs);
        arena.Dispose();
    }

    [Theory]
    [InlineData(40)]
    [InlineData(64)]
    [InlineData(1000)]
    public void A_numa_node_that_does_not_exist_is_named(int node)
    {
        Assert.SkipUnless(HasNode(0), "the kernel knows no NUMA nodes");
        var arena = new Arena(new ArenaOptions { LimitBytes = 4 << 20, NumaNode = node, LargestPages = PageKind.Small4KiB });
        LinuxException fault = Assert.Throws<LinuxException>(() => new Mempool(arena, new MempoolOptions()));
        Assert.Contains($"NUMA node {node}", fault.Message, StringComparison.Ordinal);
        Assert.Equal(Errno.EINVAL, fault.ErrorNumber);
        Assert.Equal(0, arena.SlabsMapped);
        arena.Dispose();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1024)]
    public void A_numa_node_that_cannot_exist_is_refused(int node) =>
        Assert.Contains($"NumaNode is {node}", Assert.Throws<PollModeException>(() => new Arena(new ArenaOptions { NumaNode = node })).Message, StringComparison.Ordinal);
}
