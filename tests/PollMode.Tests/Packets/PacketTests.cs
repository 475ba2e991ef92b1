using System.Buffers;
using Xunit;

namespace PollMode.Tests;

public sealed unsafe class PacketTests : IDisposable
{
    private readonly TestMemory _memory = new(slabs: 1);
    private readonly Mempool _pool;

    public PacketTests() => _pool = _memory.Pool();

    public void Dispose()
    {
        TestMemory.AssertConserved(_pool, 0);
        _memory.Dispose();
    }

    [Fact]
    public void Metadata_is_one_cache_line()
    {
        PacketMetadata m;
        byte* start = (byte*)&m;
        Assert.Equal((64, 8), (sizeof(PacketMetadata), sizeof(Packet)));
        int[] offsets =
        [
            (int)((byte*)&m.Buffer - start), (int)((byte*)&m.DataOffset - start), (int)((byte*)&m.Port - start), (int)((byte*)&m.Length - start),
            (int)((byte*)&m.ReferenceCount - start), (int)((byte*)&m.SlabId - start), (int)((byte*)&m.SegmentCount - start), (int)((byte*)&m.Next - start),
            (int)((byte*)&m.TimestampNanoseconds - start), (int)((byte*)&m.UserWord - start), (int)((byte*)&m.RxHash - start), (int)((byte*)&m.VlanTci - start),
            (int)((byte*)&m.Flags - start), (int)((byte*)&m.PoolId - start), (int)((byte*)&m.ChecksumStart - start), (int)((byte*)&m.ChecksumOffset - start),
            (int)((byte*)&m.SegmentationBytes - start),
        ];
        Assert.Equal([40, 48, 50, 52, 56, 60, 62, 32, 0, 8, 16, 20, 22, 24, 26, 28, 30], offsets);
        m.Extent = PacketMetadata.MakeExtent(128, 3, 60);
        Assert.Equal((128, 3, 60), (m.DataOffset, m.Port, m.Length));
        m.Ownership = PacketMetadata.SimpleOwnership(9);
        Assert.Equal((1, 9, 1), (m.ReferenceCount, m.SlabId, m.SegmentCount));
    }

    [Fact]
    public void Span_memory_and_pointer_are_the_same_bytes()
    {
        Packet packet = Written("hello"u8);
        Assert.True(packet.Memory.Span == packet.Span);
        Assert.Equal((5, 128, 2048 - 133), (packet.Length, packet.Headroom, packet.Tailroom));
        using (MemoryHandle pin = packet.Memory.Pin())
        {
            Assert.True(pin.Pointer == packet.DataPointer);
        }

        using (MemoryHandle pin = packet.Memory[3..].Pin())
        {
            Assert.True(pin.Pointer == packet.DataPointer + 3);
        }

        packet.Memory.Span[0] = (byte)'j';
        Assert.True(packet.Span.SequenceEqual("jello"u8));
        _pool.Return(packet);
    }

    [Fact]
    public void Room_in_front_and_behind_is_used_to_the_last_byte_and_no_further()
    {
        Packet packet = Written("hello"u8);
        Assert.False(packet.TryPrepend(129, out _));
        Assert.False(packet.TryPrepend(-1, out _));
        Assert.True(packet.TryPrepend(128, out Span<byte> front));
        front.Fill(1);
        Assert.False(packet.TryPrepend(1, out _));
        int room = packet.Tailroom;
        Assert.False(packet.TryAppend(room + 1, out _));
        Assert.False(packet.TryAppend(-1, out _));
        Assert.True(packet.TryAppend(room, out Span<byte> behind));
        behind.Fill(2);
        Assert.Equal((2048, 0, 0), (packet.Length, packet.Headroom, packet.Tailroom));
        Assert.False(packet.TryTrimStart(2049) || packet.TryTrimEnd(2049) || packet.TryTrimStart(-1) || packet.TryTrimEnd(-1));
        Assert.True(packet.TryTrimStart(128) && packet.TryTrimEnd(room));
        Assert.True(packet.Span.SequenceEqual("hello"u8));
        Assert.True(packet.TryTrimStart(5) && packet.TryTrimEnd(0));
        Assert.Equal(0, packet.Length);
        Assert.False(packet.TryWrite(new byte[1921]));
        Assert.True(packet.TryWrite(new byte[1920]));
        _pool.Return(packet);
    }

    [Fact]
    public void Facts_are_kept_and_cleared_by_the_next_frame()
    {
        Packet packet = Written("x"u8);
        packet.TimestampNanoseconds = 1_700_000_000_123_456_789;
        packet.RxHash = 0xdeadbeef;
        packet.VlanTci = 0xe123;
        packet.UserWord = ulong.MaxValue;
        packet.ChecksumStart = 34;
        packet.ChecksumOffset = 16;
        packet.SegmentationBytes = 1448;
        packet.Port = 65535;
        Assert.Equal(PacketFlags.HasTimestamp | PacketFlags.HasRxHash | PacketFlags.HasVlan, packet.Flags);
        Assert.Equal((1_700_000_000_123_456_789, 0xdeadbeef, (ushort)0xe123, ulong.MaxValue), (packet.TimestampNanoseconds, packet.RxHash, packet.VlanTci, packet.UserWord));
        Assert.Equal((34, 16, 1448, 65535, 1), (packet.ChecksumStart, packet.ChecksumOffset, packet.SegmentationBytes, packet.Port, packet.Length));
        packet.SetFrame(64, 2, 100);
        Assert.Equal((PacketFlags.None, 64, 2, 100), (packet.Flags, packet.Headroom, packet.Port, packet.Length));
        _pool.Return(packet);
    }

    [Fact]
    public void A_chain_reads_as_one_sequence_without_allocating_when_warm()
    {
        Packet chain = Written("one "u8);
        chain.AppendSegments(Written("two "u8));
        Packet tail = Written("three "u8);
        tail.AppendSegments(Written("four"u8));
        chain.AppendSegments(tail);
        Assert.Equal((4, 18, 4), (chain.SegmentCount, chain.TotalLength, chain.Length));
        Assert.Equal("one two three four"u8.ToArray(), chain.AsSequence().ToArray());
        long before = GC.GetAllocatedBytesForCurrentThread();
        long length = 0;
        for (int i = 0; i < 1000; i++)
        {
            length += chain.AsSequence().Length + chain.NextSegment.AsSequence().Length + chain.Memory.Length;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(length > 18_000);
        Assert.Equal(-1, chain.CopyTo(new byte[17]));
        byte[] copy = new byte[18];
        Assert.Equal(18, chain.CopyTo(copy));
        Assert.Equal("one two three four"u8.ToArray(), copy);
        Assert.True(chain.TryAppend(1, out Span<byte> more));
        more[0] = (byte)'!';
        Assert.True(chain.TryTrimStart(1));
        Assert.Equal("ne two three four!"u8.ToArray(), chain.AsSequence().ToArray());
        Assert.Equal(4, _pool.InFlight);
        chain.Free();
    }

    [Fact]
    public void Two_holders_of_a_chain_read_it_at_once()
    {
        Packet chain = Written("left "u8);
        chain.AppendSegments(Written("middle "u8));
        chain.AppendSegments(Written("right"u8));
        chain.Clone();
        int wrong = 0;
        var threads = new Thread[2];
        for (int t = 0; t < threads.Length; t++)
        {
            threads[t] = new Thread(() =>
            {
                Span<byte> copy = stackalloc byte[17];
                for (int i = 0; i < 100_000; i++)
                {
                    ReadOnlySequence<byte> sequence = chain.AsSequence();
                    sequence.CopyTo(copy);
                    if (sequence.Length != 17 || !copy.SequenceEqual("left middle right"u8))
                    {
                        wrong++;
                    }
                }

                chain.Free();
            });
            threads[t].Start();
        }

        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void A_detached_packet_is_freed_once_however_often_and_wherever_it_is_disposed()
    {
        for (int round = 0; round < 200; round++)
        {
            DetachedPacket held = Written("held"u8).Detach();
            Assert.Equal(1, _pool.InFlight);
            Assert.Equal("held"u8.ToArray(), held.Sequence.ToArray());
            Parallel.For(0, 4, _ => held.Dispose());
            held.Dispose();
            Assert.Equal(0, _pool.InFlight);
            Assert.Throws<ObjectDisposedException>(() => held.Packet);
        }
    }

    private Packet Written(ReadOnlySpan<byte> bytes)
    {
        Assert.True(_pool.TryRent(out Packet packet));
        Assert.True(packet.TryWrite(bytes));
        return packet;
    }
}
