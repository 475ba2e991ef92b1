using CsCheck;
using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>The quick look at a burst must find whole what the careful look at each packet does, and nothing else.</summary>
public sealed class BurstReaderTests
{
    private static readonly string[] Shapes = ["udp4", "udp6", "tcp4", "icmp4", "icmp6", "none4", "none0", "vlan", "qinq"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_burst_is_read_as_its_packets_are_one_by_one(bool whole) => Gen.Select(Gen.Int[1, 64], Gen.Int, Gen.Int[0, 4]).Sample(
        (count, seed, damages) =>
        {
            using var bench = new Bench();
            var run = new TrafficRun(OfAllShapes(0) with { ChecksWholeFrame = whole }, 5);
            var stash = new PacketStash(bench.Pool);
            var packets = new Packet[count];
            Assert.Equal(count, run.Emit(packets, stash, 1_000_000, 128, 3, out _));
            var random = new Random(seed);
            foreach (Packet packet in packets)
            {
                Damage(packet, random, damages);
            }

            // Twice: layouts beyond the first eight are learned at the first look, from a packet with undamaged headers.
            _ = LookCarefully(packets, run);
            int[] careful = LookCarefully(packets, run);
            var reader = new BurstReader();
            reader.Read(packets, run);
            int[] quick = [.. Enumerable.Range(0, count).Select(i => reader.IsWhole(i) ? reader.StreamOf(i) : -1)];

            bench.Pool.Return(packets);
            stash.Clear();
            Assert.Equal(careful, quick);
            Assert.True(damages > 0 || !careful.Contains(-1));
        },
        iter: 300,
        threads: 1);

    [Fact]
    public void A_sink_takes_more_than_a_burst_at_once()
    {
        using var bench = new Bench();
        var packets = new Packet[FrameBatch.MostPackets + 77];
        bench.Port.Start(OfAllShapes(packets.Length));
        Assert.Equal(packets.Length, bench.Source.Receive(packets));
        Assert.Equal(packets.Length, bench.Sink.Send(packets));
        bench.Port.StopSending();
        bench.Turn();
        Assert.Equal(packets.Length, bench.Port.Result!.Received);
        Assert.Equal(packets.Length, bench.Port.Result!.Latency.Count);
    }

    [Fact]
    public void A_run_of_one_layout_may_follow_one_of_many()
    {
        using var bench = new Bench();
        foreach (TrafficPlan plan in new[] { OfAllShapes(20), MeasuringTests.Plan("udp4", 20) })
        {
            bench.Port.Start(plan);
            bench.RunToEnd();
            Assert.Equal(bench.Port.Result!.Sent, bench.Port.Result!.Received);
        }
    }

    private static TrafficPlan OfAllShapes(long packets) => new()
    {
        Streams =
        [
            .. Shapes.Select(shape => MeasuringTests.Plan(shape, packets).Streams[0] with { Rates = RateProfile.Constant(Rate.Max), Sizes = FrameSizes.Parse("110-200") }),
        ],
    };

    private static int[] LookCarefully(Packet[] packets, TrafficRun run) =>
        [.. packets.Select(packet => run.Reader.Read(packet.Span, out _, out int stream) == TestPacketVerdict.Good ? stream : -1)];

    /// <summary>Of five packets as many as asked for get a bit turned over, are cut short, or lose their checksum or their signature.</summary>
    private static void Damage(Packet packet, Random random, int damages)
    {
        if (random.Next(5) >= damages)
        {
            return;
        }

        Span<byte> frame = packet.Span;
        switch (random.Next(4))
        {
            case 0:
                frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                packet.TryTrimEnd(random.Next(frame.Length));
                break;
            case 2:
                frame[40..42].Clear();
                break;
            default:
                frame[30..].Clear();
                break;
        }
    }
}
