using CsCheck;
using PollMode.Linux;
using Xunit;

namespace PollMode.Tests.Ports;

/// <summary>Large segments are cut into the frames that a device would have sent, whatever buffers they lie in.</summary>
public sealed class SegmentCutterTests
{
    [Theory]
    [InlineData(2048)]
    [InlineData(256)]
    public void The_pieces_are_those_of_a_device(int bufferBytes)
    {
        using var memory = new TestMemory(2, bufferBytes);
        Mempool pool = memory.Pool(2048, change: options => options.CacheCapacity = memory.Arena.BuffersPerSlab);
        var cutter = new SegmentCutter(pool);
        int room = bufferBytes - memory.Arena.HeadroomBytes;
        Gen.Select(Gen.Int[0, 2].Select(i => LargeSegments.Kinds[i]), Gen.Int[1, 20_000], Gen.Int[100, 2000], Gen.Int[1, room], Gen.Int[0, 2]).Sample(
            (kind, payloadBytes, pieceBytes, partBytes, tags) =>
            {
                partBytes = Math.Max(partBytes, room / 4);
                byte[] frame = LargeSegments.Frame(kind, payloadBytes, tags, out int start, out int offset);
                Packet packet = LargeSegments.Make(pool, kind, frame, start, offset, pieceBytes, partBytes);
                packet.RxHash = 77;
                Assert.True(cutter.TryStart(packet));
                var pieces = new List<byte[]>();
                while (cutter.IsBusy)
                {
                    Assert.True(cutter.TryNext([], out Packet piece));
                    Assert.Equal((PacketFlags.HasRxHash, 77u, 1), (piece.Flags, piece.RxHash, piece.ReferenceCount));
                    pieces.Add(LargeSegments.BytesOf(piece));
                    pool.Return(piece);
                }

                Assert.Equal(frame, LargeSegments.BytesOf(packet));
                pool.Return(packet);
                LargeSegments.AssertCut(kind, frame, start, pieceBytes, pieces);
                Assert.Equal(0, pool.InFlight);
            },
            iter: 150, threads: 1);
    }

    [Fact]
    public unsafe void A_tag_goes_into_every_piece_of_a_frame_that_lies_elsewhere()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        var cutter = new SegmentCutter(pool);
        byte[] frame = LargeSegments.Frame(PacketFlags.SegmentTcpV4, 4000, 0, out int start, out int offset);
        var header = new VirtioNetHeader { Flags = VirtioNetHeader.NeedsChecksum, GsoType = VirtioNetHeader.GsoTcpV4, GsoSize = 1000, ChecksumStart = (ushort)start, ChecksumOffset = (ushort)offset };
        var pieces = new List<byte[]>();
        fixed (byte* bytes = frame)
        {
            Assert.True(cutter.TryStart(bytes, frame.Length, header, 5));
            while (cutter.IsBusy)
            {
                Assert.True(cutter.TryNext([0x81, 0x00, 0x20, 0x07], out Packet piece));
                Assert.Equal(5, piece.Port);
                pieces.Add(LargeSegments.BytesOf(piece));
                pool.Return(piece);
            }
        }

        Assert.All(pieces, piece => Assert.Equal([0x81, 0x00, 0x20, 0x07], piece[12..16]));
        LargeSegments.AssertCut(PacketFlags.SegmentTcpV4, frame, start, 1000, [.. pieces.Select(piece => (byte[])[.. piece[..12], .. piece[16..]])]);
    }

    [Fact]
    public void Without_a_buffer_nothing_is_done_and_later_it_goes_on()
    {
        using var memory = new TestMemory(1, 256);
        Mempool pool = memory.Pool(memory.Arena.BuffersPerSlab, change: options => options.CacheCapacity = memory.Arena.BuffersPerSlab);
        byte[] frame = LargeSegments.Frame(PacketFlags.SegmentTcpV6, 5000, 0, out int start, out int offset);
        Packet packet = LargeSegments.Make(pool, PacketFlags.SegmentTcpV6, frame, start, offset, 1400, 100);
        var cutter = new SegmentCutter(pool);
        Assert.True(cutter.TryStart(packet));
        Packet[] rest = TestMemory.Rent(pool, pool.LimitBuffers - pool.InFlight);
        var pieces = new List<byte[]>();
        for (int given = 0; cutter.IsBusy;)
        {
            // A piece needs more buffers than one: each round gives one back, until there are enough.
            int inFlight = pool.InFlight;
            if (cutter.TryNext([], out Packet piece))
            {
                Assert.True(given > 1);
                pieces.Add(LargeSegments.BytesOf(piece));
                pool.Return(piece);
            }
            else
            {
                Assert.Equal(inFlight, pool.InFlight);
                pool.Return(rest[given++]);
            }
        }

        LargeSegments.AssertCut(PacketFlags.SegmentTcpV6, frame, start, 1400, pieces);
    }

    [Fact]
    public void What_is_no_segment_is_refused()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        var cutter = new SegmentCutter(pool);
        Gen.Select(Gen.Int[0, 2].Select(i => LargeSegments.Kinds[i]), Gen.Byte.Array[14, 1500], Gen.Int[0, 2000], Gen.Int[0, 65535]).Sample((kind, bytes, start, pieceBytes) =>
        {
            Packet packet = LargeSegments.Make(pool, kind, bytes, start, 16, pieceBytes, 1800);
            if (cutter.TryStart(packet))
            {
                while (cutter.IsBusy && cutter.TryNext([], out Packet piece))
                {
                    Assert.InRange(piece.TotalLength, 54, bytes.Length);
                    pool.Return(piece);
                }
            }

            Assert.False(cutter.IsBusy);
            pool.Return(packet);
            Assert.Equal(0, pool.InFlight);
        }, threads: 1);
    }
}
