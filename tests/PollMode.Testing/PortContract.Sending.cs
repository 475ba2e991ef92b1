using Xunit;

namespace PollMode.Testing;

public abstract partial class PortContract
{
    [Fact]
    public void Sent_frames_leave_whole_and_in_order() => Run(harness =>
    {
        byte[][] frames = TestFrames.MakeMany(300);
        Packet[] packets = [.. frames.Select(frame => harness.Memory.Make(frame))];
        List<byte[]> left = SendAndCollect(harness, packets);
        Assert.Equal(frames.Length, harness.Tx.Counters.Packets);
        AssertDelivered(harness, frames, left);
    });

    [Fact]
    public void Frames_sent_as_they_were_received_leave_whole_and_are_counted_the_same() => Run(harness =>
    {
        byte[][] frames = TestFrames.MakeMany(48);
        Packet[] packets = [.. frames.Select(frame => harness.Memory.Make(frame))];
        var left = new List<byte[]>();
        int port = packets[0].Port;
        for (int at = 0; at < packets.Length; at += 16)
        {
            Span<Packet> burst = packets.AsSpan(at, 16);
            Assert.Equal(16, harness.Tx.SendAsReceived(burst, port, frames.Skip(at).Take(16).Sum(frame => (long)frame.Length)));
            CollectUntil(harness, left, at + 16);
        }

        Assert.Equal(frames.Length, harness.Tx.Counters.Packets);
        Assert.Equal(frames.Sum(frame => (long)frame.Length), harness.Tx.Counters.Bytes);
        AssertDelivered(harness, frames, left);
    });

    [Fact]
    public void A_full_queue_takes_fewer_and_leaves_the_rest_to_the_caller() => Run(harness =>
    {
        const int Enough = 16_384;
        var burst = new Packet[64];
        byte[] frame = TestFrames.Make(7);
        long taken = 0;
        while (taken < Enough)
        {
            int made = harness.Memory.Pool.Rent(burst);
            if (made < burst.Length)
            {
                // The queue holds more than the pool has: it may not lose any of it, and more cannot be asked of it.
                harness.Memory.Pool.Return(burst.AsSpan(0, made));
                break;
            }

            Assert.All(burst, packet => Assert.True(packet.TryWrite(frame)));
            int sent = harness.Tx.Send(burst);
            taken += sent;
            if (sent < burst.Length)
            {
                Assert.True(harness.FillsUp);
                foreach (Packet packet in burst.AsSpan(sent))
                {
                    // Still the caller's: nobody else holds it, nobody has touched it.
                    Assert.Equal(1, packet.ReferenceCount);
                    Assert.Equal(frame, BytesOf(packet));
                    packet.Free();
                }

                break;
            }
        }

        Assert.True(taken > 0);
        Assert.Equal(taken, harness.Tx.Counters.Packets);
        if (harness.FillsUp && harness.DeliversSentFrames)
        {
            Assert.InRange(taken, 1, Enough - 1);
            var left = new List<byte[]>();
            CollectUntil(harness, left, (int)taken);
            Assert.Equal(taken, left.Count);
            Assert.All(left, each => Assert.Equal(frame, each));
        }
    });

    [Fact]
    public void A_shared_packet_is_sent_and_stays_whole_for_its_other_holder() => Run(harness =>
    {
        byte[][] frames = TestFrames.MakeMany(20);
        Packet[] packets = [.. frames.Select(frame => harness.Memory.Make(frame))];
        Packet[] kept = [.. packets.Select(packet => packet.Clone())];
        List<byte[]> left = SendAndCollect(harness, packets);
        AssertDelivered(harness, frames, left);
        harness.Close();
        for (int i = 0; i < kept.Length; i++)
        {
            Assert.Equal(1, kept[i].ReferenceCount);
            Assert.Equal(frames[i], BytesOf(kept[i]));
            kept[i].Free();
        }
    });

    [Fact]
    public void A_packet_of_many_buffers_is_sent_whole() => Run(harness =>
    {
        Assert.SkipUnless(harness.Port.Capabilities.Segments, "the port sends no packets of several buffers, and says so in its capabilities");
        byte[][] frames = TestFrames.MakeMany(20);
        Packet[] packets = [.. frames.Select(frame => harness.Memory.MakeChain(frame, 50))];
        Assert.Contains(packets, packet => packet.SegmentCount > 2);
        long bytes = frames.Sum(frame => (long)frame.Length);
        List<byte[]> left = SendAndCollect(harness, packets);
        Assert.Equal(bytes, harness.Tx.Counters.Bytes);
        AssertDelivered(harness, frames, left);
    });

    [Fact]
    public void A_packet_that_asks_for_the_impossible_is_lost_and_counted_once() => Run(harness =>
    {
        Assert.SkipUnless(
            (harness.Port.Capabilities.TxRequests & PacketFlags.TxChecksumPartial) != 0, "the port completes no checksums, and says so in its capabilities");
        byte[][] frames = TestFrames.MakeMany(9);
        Packet[] packets = [.. frames.Select((frame, i) => i % 3 == 1 ? harness.Memory.MakeChain(frame, i == 1 ? 2000 : 50) : harness.Memory.Make(frame))];
        foreach (Packet packet in packets.Where((_, i) => i % 3 == 1))
        {
            // The field's second byte is the first behind the frame.
            packet.ChecksumStart = 14;
            packet.ChecksumOffset = packet.TotalLength - 15;
            packet.Flags |= PacketFlags.TxChecksumPartial;
        }

        List<byte[]> left = SendAndCollect(harness, packets, lost: 3);
        AssertDelivered(harness, [.. frames.Where((_, i) => i % 3 != 1)], left);
        QueueCounters counters = harness.Tx.Counters;
        Assert.Equal((9, frames.Sum(frame => (long)frame.Length), 3, 0), (counters.Packets, counters.Bytes, counters.Errors, counters.Dropped));
    });

    [Fact]
    public void Packets_of_a_foreign_pool_are_sent_and_come_home() => Run(harness =>
    {
        byte[][] frames = TestFrames.MakeMany(100);
        Packet[] packets = [.. frames.Select((frame, i) => harness.Memory.Make(frame, i % 2 == 0 ? harness.Memory.Foreign : harness.Memory.Pool))];
        List<byte[]> left = SendAndCollect(harness, packets);
        AssertDelivered(harness, frames, left);
        harness.Close();
        Assert.Equal((0, 0), (harness.Memory.Pool.InFlight, harness.Memory.Foreign.InFlight));
    });

    /// <summary>Sends new packets, as many as the queue takes, and frees the rest.</summary>
    private static void SendAll(PortHarness harness, int count)
    {
        foreach (byte[] frame in TestFrames.MakeMany(count))
        {
            Packet packet = harness.Memory.Make(frame);
            if (harness.Tx.Send([packet]) == 0)
            {
                packet.Free();
            }
        }
    }

    /// <summary>Sends packets to the last one, and collects what leaves meanwhile and afterwards.</summary>
    private static List<byte[]> SendAndCollect(PortHarness harness, ReadOnlySpan<Packet> packets, int lost = 0)
    {
        var left = new List<byte[]>();
        int total = packets.Length - lost;
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (packets.Length > 0)
        {
            int taken = harness.Tx.Send(packets[..Math.Min(64, packets.Length)]);
            packets = packets[taken..];
            harness.Tx.Service();
            harness.Collect(left);
            Assert.True(Environment.TickCount64 < deadline, $"{packets.Length} packets were not taken");
        }

        CollectUntil(harness, left, total);
        return left;
    }

    private static void CollectUntil(PortHarness harness, List<byte[]> left, int total)
    {
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (harness.DeliversSentFrames && left.Count < total && Environment.TickCount64 < deadline)
        {
            harness.Tx.Service();
            harness.Collect(left);
            Thread.Yield();
        }
    }

    private static void AssertDelivered(PortHarness harness, byte[][] frames, List<byte[]> left)
    {
        if (harness.DeliversSentFrames)
        {
            Assert.Equal(frames, left);
        }
    }
}
