using CsCheck;

namespace PollMode.Drivers.AfXdp.Tests.Xsk;

public sealed unsafe class ArenaMapTests
{
    [Theory]
    [InlineData(2048)]
    [InlineData(4096)]
    [InlineData(2304)]
    [InlineData(3008)]
    public void Offsets_and_buffers_turn_into_each_other(int bufferBytes)
    {
        using var arena = new Arena(new ArenaOptions { LimitBytes = 6 << 20, BufferBytes = bufferBytes });
        var map = new ArenaMap(arena);
        Assert.Equal(3 * ((2 << 20) / bufferBytes), map.Buffers);
        Gen.Select(Gen.Int[0, map.Buffers - 1], Gen.Int[0, bufferBytes - 1]).Sample((buffer, inside) =>
            map.TryLocate(map.StartOf(buffer) + (ulong)inside, out int foundBuffer, out int foundInside) && foundBuffer == buffer && foundInside == inside);
        Gen.ULong.Sample(offset => map.TryLocate(offset, out int buffer, out int inside)
            ? offset < (ulong)arena.LengthBytes && map.StartOf(buffer) + (ulong)inside == offset
            : offset >= (ulong)arena.LengthBytes || offset % (2 << 20) >= (ulong)(arena.BuffersPerSlab * bufferBytes));
        Assert.Equal(5ul, map.OffsetOf(arena.BaseAddress + 5));
    }

    [Fact]
    public void Every_offset_of_a_slab_is_divided_exactly()
    {
        for (int bufferBytes = 2048; bufferBytes <= 4096; bufferBytes += 64)
        {
            using var arena = new Arena(new ArenaOptions { LimitBytes = 2 << 20, BufferBytes = bufferBytes });
            var map = new ArenaMap(arena);
            for (uint offset = 0; offset < Arena.SlabBytes; offset++)
            {
                bool lies = map.TryLocate(offset, out int buffer, out int inside);
                if (buffer != offset / bufferBytes || inside != offset % bufferBytes || lies != buffer < arena.BuffersPerSlab)
                {
                    Assert.Fail($"{offset} in buffers of {bufferBytes} bytes: {buffer}, {inside}, {lies}");
                }
            }
        }
    }
}
