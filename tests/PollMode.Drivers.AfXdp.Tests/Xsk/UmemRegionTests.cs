using PollMode.Testing;

namespace PollMode.Drivers.AfXdp.Tests;

public sealed unsafe class UmemRegionTests
{
    [Fact]
    public void The_arena_is_filled_for_good_and_registered_whole()
    {
        using Arena arena = TestArena.Create(slabs: 3);
        var pool = new Mempool(arena, new MempoolOptions { Buffers = 1024 });
        UmemRegion region = UmemRegion.Of(arena);
        Assert.True(arena.IsFilled);
        AfXdpSettings settings = AfXdpSettings.Read(PortSpec.Parse("af_xdp:lo"));
        Assert.Equal(((ulong)arena.BaseAddress, (ulong)(3 * Arena.SlabBytes), 2048u), (region.Registration(settings).Address, region.Registration(settings).Length, region.Registration(settings).ChunkBytes));
        pool.Dispose();
        Assert.Equal(0, arena.SlabsUnmapped);

        // A second port registers it once more.
        UmemRegion.Of(arena);
        Assert.Throws<PollModeException>(() => region.Map(0, (nint)arena.BaseAddress, Arena.SlabBytes));
    }

    [Fact]
    public void An_arena_that_had_given_slabs_back_is_whole_again()
    {
        using Arena arena = TestArena.Create(slabs: 3);
        new Mempool(arena, new MempoolOptions { Buffers = 3072 }).Dispose();
        Assert.Equal(3, arena.SlabsUnmapped);
        UmemRegion.Of(arena);
        Assert.True(arena.IsFilled);
        new Span<byte>(arena.BaseAddress, (int)arena.LengthBytes).Fill(1);
    }
}
