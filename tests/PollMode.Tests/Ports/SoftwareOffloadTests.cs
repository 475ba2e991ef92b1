using PollMode.Linux;
using Xunit;

namespace PollMode.Tests.Ports;

/// <summary>What a packet leaves to its device is finished in whatever buffers it lies, and what cannot be is told from what must wait.</summary>
public sealed class SoftwareOffloadTests
{
    private const int Start = 34;
    private const int Offset = 6;

    [Fact]
    public void Headers_may_be_spread_over_buffers_of_any_length()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        for (int part = 1; part < 70; part++)
        {
            byte[] frame = LargeSegments.Frame(PacketFlags.SegmentUdp, 33, 0, out int start, out int offset);
            Packet packet = LargeSegments.Make(pool, 0, frame, start, offset, 0, part);
            packet.VlanTci = 0x2007;
            byte[] expected = [.. frame];
            Assert.True(SoftwareOffload.TryCompleteChecksum(expected, start, offset));
            expected = [.. expected[..12], 0x81, 0x00, 0x20, 0x07, .. expected[12..]];
            AssertGathered([.. frame[..12], 0x81, 0x00, 0x20, 0x07, .. frame[12..]], packet);
            Packet whole = packet;
            Assert.Equal(OffloadResult.Done, SoftwareOffload.Finish(ref whole, pool));
            Assert.Equal(expected, LargeSegments.BytesOf(whole));
            Assert.Equal(PacketFlags.None, whole.Flags & SoftwareOffload.Requests);
            pool.Return(packet);
            if (whole != packet)
            {
                pool.Return(whole);
            }
        }

        Assert.Equal(0, pool.InFlight);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(7)]
    public void A_checksum_outside_the_frame_cannot_be_completed_and_changes_nothing(int partBytes)
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        byte[] frame = new byte[60];
        frame.AsSpan().Fill(0x5A);
        foreach ((int start, int offset, bool inside) in new[] { (Start, 60 - Start - 2, true), (Start, 60 - Start - 1, false), (60, 0, false), (60, 16, false), (255, 255, false), (0, 58, true) })
        {
            Packet packet = LargeSegments.Make(pool, 0, frame, start, offset, 0, partBytes);
            Assert.Equal(inside, SoftwareOffload.IsChecksumInside(packet));
            Packet shared = packet.Clone();
            Packet whole = packet;
            Assert.Equal(inside ? OffloadResult.Done : OffloadResult.Impossible, SoftwareOffload.Finish(ref whole, pool));
            Assert.Equal(inside, whole != packet);
            Assert.Equal(frame, LargeSegments.BytesOf(shared));
            if (whole != packet)
            {
                pool.Return(whole);
            }

            pool.Return([packet, shared]);
        }

        Assert.Equal(0, pool.InFlight);
    }

    [Fact]
    public void Want_of_a_buffer_is_told_from_what_can_never_be()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        Packet shared = LargeSegments.Make(pool, 0, new byte[60], Start, Offset, 0, 60);
        Packet other = shared.Clone();
        Packet segment = LargeSegments.Make(pool, PacketFlags.SegmentUdp, new byte[60], Start, Offset, 20, 60);
        var rest = new Packet[pool.LimitBuffers];
        int rented = pool.Rent(rest);
        Packet given = shared;
        Assert.Equal(OffloadResult.NeedsBuffer, SoftwareOffload.Finish(ref given, pool));
        Assert.Equal(shared, given);
        Assert.Equal(OffloadResult.Impossible, SoftwareOffload.Finish(ref segment, pool));
        pool.Return(rest.AsSpan(0, rented));
        Assert.Equal(OffloadResult.Done, SoftwareOffload.Finish(ref given, pool));
        Assert.NotEqual(shared, given);
        pool.Return([shared, other, segment, given]);
        Assert.Equal(0, pool.InFlight);
    }

    /// <summary>What a device that does the work is handed: the header, which names the places behind the tag, and the bytes with the tag in them.</summary>
    private static unsafe void AssertGathered(byte[] expected, Packet packet)
    {
        VirtioNetHeader header;
        byte* tag = stackalloc byte[GatheredFrame.TagBytes];
        IoVector* vectors = stackalloc IoVector[packet.SegmentCount + GatheredFrame.ExtraVectors];
        int count = GatheredFrame.Describe(packet, &header, tag, vectors);
        Assert.InRange(count, 1, packet.SegmentCount + GatheredFrame.ExtraVectors);
        Assert.Equal(VirtioNetHeader.Bytes, (int)vectors[0].Length);
        var bytes = new List<byte>();
        for (int i = 1; i < count; i++)
        {
            bytes.AddRange(new ReadOnlySpan<byte>(vectors[i].Base, (int)vectors[i].Length));
        }

        Assert.Equal(expected, bytes);
        Assert.Equal((packet.ChecksumStart + GatheredFrame.TagBytes, VirtioNetHeader.NeedsChecksum), (header.ChecksumStart, header.Flags));
    }
}
