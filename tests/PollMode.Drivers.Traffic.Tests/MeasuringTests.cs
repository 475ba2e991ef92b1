using CsCheck;
using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

public sealed class MeasuringTests
{
    private static readonly string[] Shapes = ["udp4", "udp6", "tcp4", "icmp4", "icmp6", "none4", "none0", "vlan", "qinq", "mix", "flows", "flows6"];

    public static TheoryData<string> AllShapes => [.. Shapes];

    [Theory]
    [MemberData(nameof(AllShapes))]
    public void What_comes_back_whole_is_received_once(string shape)
    {
        using var bench = new Bench(new SteppingClock(500));
        bench.Port.Start(Plan(shape, 5000));
        bench.RunToEnd();
        TrafficResult result = bench.Port.Result!;
        Assert.Equal((5000, 5000, 0, 0, 0, 0), Counts(result));
        Assert.Equal(0, result.Foreign);
        Assert.Equal(5000, result.Latency.Count);
    }

    [Theory]
    [MemberData(nameof(AllShapes))]
    public void Every_bit_of_every_packet_is_guarded(string shape)
    {
        using var bench = new Bench(new SteppingClock(500));
        bench.Port.Start(Plan(shape, 3000));
        bench.RunToEnd();
        bench.Port.Start(Plan(shape, 6000));
        int bit = 0;
        long corrupted = 0;
        bench.RunToEnd(packet =>
        {
            // Each packet has one bit turned over, the next packet the next bit.
            bit = (bit + 1) % (packet.Length * 8);
            packet.Span[bit / 8] ^= (byte)(1 << (bit % 8));
            corrupted++;
            return true;
        });
        TrafficResult result = bench.Port.Result!;
        Assert.Equal((6000, 0, 0, 0, 0, corrupted), Counts(result));
        Assert.Equal(0, result.Foreign);
        Assert.Equal(0, result.OtherRuns);
    }

    [Fact]
    public void Loss_duplicates_and_order_are_counted_exactly() =>
        Gen.Select(Gen.Long, Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3]).Sample(
            (seed, loss, duplicates, reorder) =>
            {
                using var bench = new Bench(new SteppingClock(500));
                bench.Port.Start(Plan("mix", 3000) with { Seed = seed });
                var random = new Random((int)seed);
                long lost = 0;
                long doubled = 0;
                long late = 0;
                Packet held = default;
                bench.RunToEnd(packet =>
                {
                    if (random.Next(20) < loss)
                    {
                        lost++;
                        return false;
                    }

                    if (random.Next(20) < duplicates)
                    {
                        doubled++;
                        bench.Sink.Send([packet.Clone()]);
                    }
                    else if (held.IsNone && random.Next(20) < reorder)
                    {
                        held = packet.Clone();
                        return false;
                    }

                    bench.Sink.Send([packet.Clone()]);
                    if (!held.IsNone && held != packet)
                    {
                        late++;
                        bench.Sink.Send([held]);
                        held = default;
                    }

                    return false;
                });
                if (!held.IsNone)
                {
                    bench.Sink.Send([held]);
                }

                Assert.Equal((3000, 3000 - lost, lost, doubled, late, 0), Counts(bench.Port.Result!));
            },
            iter: 20);

    [Fact]
    public void Frames_of_others_are_counted_apart()
    {
        using var bench = new Bench(new SteppingClock(500));
        bench.Port.Start(Plan("udp4", 10));
        bench.RunToEnd();
        Gen.Byte.Array[14, 200].Sample(
            frame =>
            {
                Assert.True(bench.Pool.TryRent(out Packet packet));
                Assert.True(packet.TryWrite(frame));
                bench.Sink.Send([packet]);
            },
            iter: 1000,
            threads: 1);
        TrafficResult result = bench.Port.Result!;
        Assert.Equal((10, 10, 0, 0, 0, 0), Counts(result));
        Assert.Equal(1000, result.Foreign);
    }

    [Fact]
    public void What_comes_late_from_the_run_before_is_not_of_this_run()
    {
        using var bench = new Bench(new SteppingClock(500));
        var late = new List<Packet>();
        bench.Port.Start(Plan("udp4", 5));
        bench.RunToEnd(packet =>
        {
            late.Add(packet.Clone());
            return false;
        });
        bench.Port.Start(Plan("udp4", 5));
        bench.RunToEnd();
        foreach (Packet packet in late)
        {
            bench.Sink.Send([packet]);
        }

        Assert.Equal((5, 5, 0, 0, 0, 0), Counts(bench.Port.Result!));
        Assert.Equal(5, bench.Port.Result!.OtherRuns);
    }

    [Fact]
    public void A_tag_that_a_device_puts_in_hides_no_packet()
    {
        using var bench = new Bench(new SteppingClock(500));
        bench.Port.Start(Plan("udp4", 100) with { ChecksWholeFrame = false });
        bench.RunToEnd(packet =>
        {
            byte[] frame = packet.Span.ToArray();
            packet.TryPrepend(4, out Span<byte> _);
            frame.AsSpan(0, 12).CopyTo(packet.Span);
            packet.Span[12] = 0x81;
            packet.Span[13] = 0;
            packet.Span[14] = 0;
            packet.Span[15] = 7;
            return true;
        });
        Assert.Equal((100, 100, 0, 0, 0, 0), Counts(bench.Port.Result!));
    }

    [Fact]
    public void Latency_is_the_time_between_the_two_looks_at_the_clock()
    {
        var clock = new SteppingClock(1);
        using var bench = new Bench(clock);
        bench.Port.Start(new TrafficPlan { Streams = [new StreamPlan { Packets = 1000, Rates = RateProfile.Parse("1Mpps") }] });
        long packet = 0;
        while (!bench.Port.IsSent)
        {
            bench.Turn(_ =>
            {
                clock.Skip(++packet * 1000 - 1);
                return true;
            });
        }

        TimeSummary latency = bench.Port.Result!.Latency;
        Assert.Equal(1000, latency.Min);
        Assert.InRange(latency.Max, 1_000_000, 70_000_000);
        Assert.True(latency.P50 < latency.P99 && latency.P99 <= latency.Max);
    }

    [Theory]
    [InlineData(true, 3_000_000, 1_200_000)]
    [InlineData(false, 0, 0)]
    public void Latency_from_the_due_time_holds_what_the_source_was_held_up(bool fromDue, long longest, double mean)
    {
        var clock = new SteppingClock(0);
        using var bench = new Bench(clock);
        bench.Port.Start(new TrafficPlan { Streams = [new StreamPlan { Packets = 5, Rates = RateProfile.Parse("1kpps") }], StampsDueTime = fromDue });
        Assert.Equal(1, bench.Turn());

        // The packets of the first four milliseconds are due: 3, 2, 1 and 0 ms ago.
        clock.Skip(4_000_000);
        Assert.Equal(4, bench.Turn());
        TimeSummary latency = bench.Port.Result!.Latency;
        Assert.Equal((5, longest, mean), (latency.Count, latency.Max, latency.Mean));
    }

    [Fact]
    public void Histograms_are_right_to_eight_parts_in_a_thousand() => Gen.Long[0, 1L << 44].Array[1, 200].Sample(values =>
    {
        var histogram = new LogLinearHistogram();
        foreach (long value in values)
        {
            histogram.Record(value);
        }

        long[] sorted = [.. values.Order()];
        Assert.Equal(sorted[0], histogram.Minimum);
        Assert.Equal(sorted[^1], histogram.Maximum);
        Assert.Equal(sorted[^1], histogram.ValueAt(100));
        foreach (double percentile in new[] { 0, 10, 50, 90, 99, 99.999 })
        {
            long exact = sorted[Math.Max(1, (int)Math.Ceiling((values.Length * percentile / 100) - 1e-9)) - 1];
            Assert.InRange(histogram.ValueAt(percentile), exact, exact + (exact / 128) + 1);
        }

        Assert.Equal(values.Length, histogram.Buckets().Sum(bucket => bucket.Count));
    });

    internal static (long Sent, long Received, long Lost, long Duplicated, long Reordered, long Corrupted) Counts(TrafficResult result) =>
        (result.Sent, result.Received, result.Lost, result.Duplicated, result.Reordered, result.Corrupted);

    internal static TrafficPlan Plan(string shape, long packets)
    {
        PacketShape packet = shape switch
        {
            "udp6" or "flows6" => new PacketShape { IpVersion = 6 },
            "tcp4" => new PacketShape { Transport = TransportKind.Tcp },
            "icmp4" => new PacketShape { Transport = TransportKind.Icmp },
            "icmp6" => new PacketShape { Transport = TransportKind.Icmp, IpVersion = 6 },
            "none4" => new PacketShape { Transport = TransportKind.None },
            "none0" => new PacketShape { Transport = TransportKind.None, IpVersion = 0 },
            "vlan" => new PacketShape { VlanTags = 1, Fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["vlan.id"] = "1-4094", ["vlan.priority"] = "random:0-7" } },
            "qinq" => new PacketShape { VlanTags = 2, IpVersion = 6, Fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["vlan2.id"] = "1-4094", ["ipv6.flow"] = "random:0-1048575", ["ipv6.dst"] = "2001:db8::1+500" } },
            _ => new PacketShape(),
        };
        return new TrafficPlan
        {
            ChecksWholeFrame = true,
            Streams =
            [
                new StreamPlan
                {
                    Shape = shape.StartsWith("flows", StringComparison.Ordinal) ? packet with { Flows = 100_000 } : packet,
                    Sizes = FrameSizes.Parse(shape is "mix" ? "64-200" : shape == "qinq" ? "imix".Replace("imix", "100:3,200:1", StringComparison.Ordinal) : "90"),
                    Packets = packets,
                    Rates = RateProfile.Parse("1Mpps"),
                },
            ],
        };
    }
}
