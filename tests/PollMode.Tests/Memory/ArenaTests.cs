using Xunit;

namespace PollMode.Tests;

public sealed class ArenaTests
{
    [Theory]
    [InlineData(2048, 1024)]
    [InlineData(4096, 512)]
    [InlineData(2112, 992)]
    [InlineData(2304, 910)]
    public void Device_addresses_lead_back_to_the_packet(int bufferBytes, int perSlab)
    {
        using var memory = new TestMemory(slabs: 2, bufferBytes: bufferBytes);
        Assert.Equal(perSlab, memory.Arena.BuffersPerSlab);
        Mempool pool = memory.Pool(2 * perSlab, change: options => options.CacheCapacity = 1024);
        Packet[] packets = TestMemory.Rent(pool, 2 * perSlab);
        var taken = new HashSet<long>();
        foreach (Packet packet in packets)
        {
            packet.SetFrame(128, 0, 60);
            long offset = packet.ArenaOffset;
            Assert.True(memory.Arena.Contains(offset));
            long start = offset - 128;
            Assert.True(memory.Arena.TryGetBuffer(packet, out int buffer));
            Assert.Equal(packet, memory.Arena.PacketOf(buffer));
            Assert.Equal(start, (buffer / perSlab * (long)Arena.SlabBytes) + (buffer % perSlab * bufferBytes));
            Assert.Equal(start / Arena.SlabBytes, (start + bufferBytes - 1) / Arena.SlabBytes);
            Assert.True(taken.Add(start));
        }

        long[] starts = [.. taken.Order()];
        for (int i = 1; i < starts.Length; i++)
        {
            Assert.True(starts[i] - starts[i - 1] >= bufferBytes, "buffers overlap");
        }

        Assert.False(memory.Arena.Contains(-1));
        Assert.False(memory.Arena.Contains(memory.Arena.LengthBytes));
        Assert.Equal(perSlab * bufferBytes == Arena.SlabBytes, memory.Arena.Contains(Arena.SlabBytes - 1));
        pool.Return(packets);
        pool.Dispose();
        Assert.False(memory.Arena.Contains(128));
    }

    [Fact]
    public unsafe void The_range_starts_at_a_multiple_of_a_hugepage()
    {
        using var memory = new TestMemory();
        Assert.Equal(0UL, (ulong)memory.Arena.BaseAddress % Arena.SlabBytes);
    }

    [Fact]
    public void A_filled_arena_keeps_its_slabs_until_its_end()
    {
        using var memory = new TestMemory(slabs: 3);
        memory.Arena.Fill();
        Assert.True(memory.Arena.IsFilled);
        for (int i = 0; i < 3; i++)
        {
            memory.Pool(3072).Dispose();
        }

        Assert.Equal((3, 0), (memory.Arena.SlabsMapped, memory.Arena.SlabsUnmapped));
        memory.Arena.Dispose();
        Assert.Equal(3, memory.Arena.SlabsUnmapped);
    }

    [Fact]
    public void An_arena_that_a_pool_still_needs_is_not_disposed()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Assert.Contains("dispose the pools first", Assert.Throws<InvalidOperationException>(memory.Arena.Dispose).Message, StringComparison.Ordinal);
        pool.Dispose();
        memory.Arena.Dispose();
        Assert.Throws<PollModeException>(() => memory.Pool());
    }

    [Fact]
    public void A_pool_at_the_end_of_memory_does_not_repeat_itself()
    {
        using var memory = new TestMemory(slabs: 1);
        Mempool pool = memory.Pool();
        Packet[] packets = TestMemory.Rent(pool, 1024);
        int lines = memory.Arena.Report.Count;
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(0, pool.Rent(new Packet[1]));
        }

        Assert.Equal(lines, memory.Arena.Report.Count);
        pool.Return(packets);
    }

    [Theory]
    [InlineData(100, 128, 64L << 20, "buffer size is 100")]
    [InlineData(2050, 128, 64L << 20, "buffer size is 2050")]
    [InlineData(131072, 128, 64L << 20, "buffer size is 131072")]
    [InlineData(2048, 100, 64L << 20, "headroom is 100")]
    [InlineData(2048, 1984, 64L << 20, "headroom is 1984")]
    [InlineData(2048, 128, 1L << 20, "from 2 MiB")]
    [InlineData(2048, 128, 1L << 50, "to 128 GiB")]
    public void Wrong_options_are_refused_with_a_sentence(int buffer, int headroom, long limit, string expected) =>
        Assert.Contains(expected, Assert.Throws<PollModeException>(() => new Arena(new ArenaOptions { BufferBytes = buffer, HeadroomBytes = headroom, LimitBytes = limit })).Message, StringComparison.Ordinal);

    [Fact]
    public void Pages_that_contradict_each_other_are_refused() =>
        Assert.Contains("swap them", Assert.Throws<PollModeException>(() => new Arena(new ArenaOptions { LargestPages = PageKind.Small4KiB, SmallestPages = PageKind.Huge2MiB })).Message, StringComparison.Ordinal);
}
