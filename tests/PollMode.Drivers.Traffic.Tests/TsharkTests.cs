using System.Globalization;
using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>What is sent, as a program sees it that nobody here wrote.</summary>
public sealed class TsharkTests
{
    [Theory]
    [InlineData("eth.dst", "02:00:00:00:01:00-02:00:00:00:01:ff", 4, TransportKind.Udp)]
    [InlineData("eth.src", "02:aa:00:00:01:00+7", 4, TransportKind.Udp)]
    [InlineData("vlan.id", "random:1-4094", 4, TransportKind.Udp)]
    [InlineData("vlan.priority", "0-7", 6, TransportKind.Tcp)]
    [InlineData("ip.dsfield.dscp", "0-63", 4, TransportKind.Udp)]
    [InlineData("ip.id", "random:0-65535", 4, TransportKind.Icmp)]
    [InlineData("ip.ttl", "1-255", 4, TransportKind.Tcp)]
    [InlineData("ip.src", "10.0.0.1-10.255.255.254/65537", 4, TransportKind.Udp)]
    [InlineData("ip.dst", "10.0.0.1|192.168.0.1|224.0.0.9", 4, TransportKind.Tcp)]
    [InlineData("ipv6.src", "2001:db8::1+1000", 6, TransportKind.Udp)]
    [InlineData("ipv6.dst", "random:2001:db8::1-2001:db8::ffff:ffff", 6, TransportKind.Tcp)]
    [InlineData("ipv6.flow", "random:0-1048575", 6, TransportKind.Icmp)]
    [InlineData("ipv6.hlim", "1-255", 6, TransportKind.Udp)]
    [InlineData("udp.srcport", "1024-65535/977", 4, TransportKind.Udp)]
    [InlineData("udp.dstport", "53000|53001|53002", 6, TransportKind.Udp)]
    [InlineData("tcp.srcport", "random:1-65535", 4, TransportKind.Tcp)]
    [InlineData("tcp.dstport", "40000+500", 6, TransportKind.Tcp)]
    [InlineData("tcp.window_size", "1-65535/311", 4, TransportKind.Tcp)]
    [InlineData("icmp.ident", "random:0-65535", 4, TransportKind.Icmp)]
    [InlineData("icmp.seq", "0-65535", 4, TransportKind.Icmp)]
    [InlineData("icmpv6.echo.identifier", "0-65535/13", 6, TransportKind.Icmp)]
    public void A_field_has_the_values_asked_for_and_every_checksum_is_right(string field, string values, int ip, TransportKind transport)
    {
        // All in one capture: to start tshark takes longer than to dissect thousands of frames.
        const int Packets = 600;
        var shape = new PacketShape
        {
            VlanTags = field.StartsWith("vlan", StringComparison.Ordinal) ? 1 : 0,
            IpVersion = ip,
            Transport = transport,
            Fields = new Dictionary<string, string>(StringComparer.Ordinal) { [field] = values },
        };
        var frames = new List<byte[]>();
        foreach (string sizes in new[] { "104", "104-300", "104:1,594:1,1518:1" })
        {
            frames.AddRange(Run(shape, sizes, Packets, whole: false));
            frames.AddRange(Run(shape, sizes, Packets, whole: true));
        }

        string wiresharkField = field == "tcp.window_size" ? "tcp.window_size_value" : field;
        var expected = Expected(FieldPattern.Parse(field, values, shape), Packets);
        foreach (var packets in Check(frames, shape, wiresharkField).Chunk(Packets))
        {
            if (expected != null)
            {
                Assert.Equal(expected, packets.Select(packet => Canonical(packet[wiresharkField])));
            }
            else
            {
                Assert.True(packets.Select(packet => packet[wiresharkField]).Distinct().Count() > 100);
            }
        }
    }

    [Theory]
    [InlineData(4, 40_000)]
    [InlineData(6, 40_000)]
    [InlineData(4, 7)]
    public void Flows_are_as_many_as_asked_for_and_come_again(int ip, int flows)
    {
        var shape = new PacketShape { IpVersion = ip, Flows = flows };
        List<byte[]> frames = Run(shape, "90", flows * 2, whole: false);
        string address = ip == 4 ? "ip.src" : "ipv6.src";
        List<(string, string)> seen = [.. Check(frames, shape, address, "udp.srcport").Select(packet => (packet[address], packet["udp.srcport"]))];
        Assert.Equal(flows, seen.Take(flows).Distinct().Count());
        Assert.Equal(seen.Take(flows), seen.Skip(flows));
    }

    [Fact]
    public void Two_tags_are_a_service_tag_and_a_customer_tag()
    {
        var shape = new PacketShape { VlanTags = 2, Fields = StreamProfile.ParseFields(["vlan.id=100", "vlan2.id=200-209"]) };
        var packets = Tshark.Dissect(Run(shape, "80", 10, whole: true), "eth.type", "ieee8021ad.id", "vlan.id", "ip.checksum.status", "udp.checksum.status");
        Assert.All(packets, packet => Assert.Equal(("0x88a8", "1", "1"), (packet["eth.type"], packet["ip.checksum.status"], packet["udp.checksum.status"])));
        Assert.All(packets, packet => Assert.Contains("100", $"{packet["ieee8021ad.id"]},{packet["vlan.id"]}", StringComparison.Ordinal));
        Assert.Contains(packets, packet => packet["vlan.id"].Contains("209", StringComparison.Ordinal) || packet["ieee8021ad.id"].Contains("209", StringComparison.Ordinal));
    }

    [Fact]
    public void Imix_has_its_weights_and_every_length_is_right()
    {
        List<byte[]> frames = Run(new PacketShape(), "imix", 1200, whole: false);
        var packets = Check(frames, new PacketShape(), "frame.len", "ip.len", "udp.length");
        Assert.Equal(
            [(60, 700), (590, 400), (1514, 100)],
            packets.GroupBy(packet => int.Parse(packet["frame.len"], CultureInfo.InvariantCulture)).OrderBy(group => group.Key).Select(group => (group.Key, group.Count())));
        Assert.All(packets, packet =>
        {
            int length = int.Parse(packet["frame.len"], CultureInfo.InvariantCulture);
            Assert.Equal(((length - 14).ToString(CultureInfo.InvariantCulture), (length - 34).ToString(CultureInfo.InvariantCulture)), (packet["ip.len"], packet["udp.length"]));
        });
    }

    [Theory]
    [InlineData("zeros")]
    [InlineData("ones")]
    [InlineData("random")]
    [InlineData("hex:deadbeef")]
    public void Load_without_signatures_is_right_too(string payload)
    {
        foreach (TransportKind transport in Enum.GetValues<TransportKind>())
        {
            var shape = new PacketShape { Payload = payload, Transport = transport, Fields = StreamProfile.ParseFields(["ip.src=10.0.0.1+100"]) };
            Check(Run(shape, "64-128", 200, whole: false, signature: false), shape);
        }
    }

    [Theory]
    [InlineData("1518", TransportKind.Udp, 0)]
    [InlineData("64", TransportKind.Udp, 2)]
    [InlineData("64-1518", TransportKind.Udp, 2)]
    [InlineData("594", TransportKind.None, 0)]
    public void A_payload_that_is_left_is_what_is_in_the_buffer_behind_right_headers(string sizes, TransportKind transport, int tags)
    {
        var shape = new PacketShape { Payload = "leave", Transport = transport, VlanTags = tags, Fields = StreamProfile.ParseFields(["ip.src=10.0.0.1+100"]) };
        using var bench = new Bench(new SteppingClock(500));
        var rented = new List<Packet>();
        while (bench.Pool.TryRent(out Packet packet))
        {
            packet.TryWrite([.. Enumerable.Repeat((byte)0xA5, 1600)]);
            rented.Add(packet);
        }

        bench.Pool.Return(rented.ToArray());
        bench.Port.Start(new TrafficPlan
        {
            Streams = [new StreamPlan { Shape = shape, Sizes = FrameSizes.Parse(sizes), Packets = 500, Rates = RateProfile.Parse("1Mpps"), HasSignature = false }],
        });
        List<byte[]> frames = bench.Frames();
        Assert.All(frames, frame => Assert.All(frame.Skip(64), value => Assert.Equal(0xA5, value)));
        var packets = Tshark.Dissect(frames, "ip.len", "ip.checksum.status", "ip.src", "udp.checksum", "_ws.malformed");
        Assert.Equal(500, packets.Count);
        for (int i = 0; i < packets.Count; i++)
        {
            Assert.Equal((frames[i].Length - 14 - (4 * tags)).ToString(CultureInfo.InvariantCulture), packets[i]["ip.len"]);
            Assert.Equal(("1", $"10.0.0.{1 + (i % 100)}", transport == TransportKind.Udp ? "0x0000" : string.Empty, string.Empty), (packets[i]["ip.checksum.status"], packets[i]["ip.src"], packets[i]["udp.checksum"], packets[i]["_ws.malformed"]));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_gives_others()
    {
        var shape = new PacketShape { Payload = "random", Fields = StreamProfile.ParseFields(["udp.srcport=random:1-65535"]) };
        List<byte[]> first = Run(shape, "64-1518", 200, whole: true);
        Assert.Equal(first, Run(shape, "64-1518", 200, whole: true));
        Assert.NotEqual(first, Run(shape, "64-1518", 200, whole: true, seed: 2));
    }

    private static List<byte[]> Run(PacketShape shape, string sizes, long packets, bool whole, bool signature = true, long seed = 1)
    {
        using var bench = new Bench(new SteppingClock(500));
        bench.Port.Start(new TrafficPlan
        {
            Seed = seed,
            ChecksWholeFrame = whole,
            Streams = [new StreamPlan { Shape = shape, Sizes = FrameSizes.Parse(sizes), Packets = packets, Rates = RateProfile.Parse("1Mpps"), HasSignature = signature }],
        });
        return bench.Frames();
    }

    /// <summary>Dissects frames and checks what must hold for all of them.</summary>
    private static List<Dictionary<string, string>> Check(List<byte[]> frames, PacketShape shape, params string[] fields)
    {
        string checksum = (shape.IpVersion, shape.Transport) switch
        {
            (0, _) or (_, TransportKind.None) => "frame.len",
            (_, TransportKind.Udp) => "udp.checksum.status",
            (_, TransportKind.Tcp) => "tcp.checksum.status",
            (4, _) => "icmp.checksum.status",
            _ => "icmpv6.checksum.status",
        };
        var packets = Tshark.Dissect(frames, [.. fields, checksum, "ip.checksum.status", "_ws.malformed", "_ws.expert.severity"]);
        Assert.Equal(frames.Count, packets.Count);
        Assert.All(packets, packet =>
        {
            Assert.Equal(string.Empty, packet["_ws.malformed"]);
            Assert.Equal(shape.IpVersion == 4 ? "1" : string.Empty, packet["ip.checksum.status"]);
            if (checksum != "frame.len")
            {
                Assert.Equal("1", packet[checksum]);
            }
        });
        return packets;
    }

    private static List<string>? Expected(FieldPattern pattern, int packets)
    {
        if (pattern.Kind == FieldPatternKind.Random)
        {
            return null;
        }

        var values = new List<string>();
        for (int i = 0; i < packets; i++)
        {
            ulong index = (ulong)i % pattern.Count;
            ulong low = pattern.Kind == FieldPatternKind.List ? pattern.List[index] : (ulong)pattern.First + (index * pattern.Step);
            UInt128 value = (pattern.First >> 64 << 64) | low;
            values.Add(pattern.Field.Format switch
            {
                FieldFormat.Mac => new Wire.MacAddress(low).ToString(),
                FieldFormat.Ipv4 => new Wire.Ipv4Address((uint)low).ToString(),
                FieldFormat.Ipv6 => new Wire.Ipv6Address(value).ToString(),
                _ => low.ToString(CultureInfo.InvariantCulture),
            });
        }

        return values;
    }

    private static string Canonical(string value) =>
        value.StartsWith("0x", StringComparison.Ordinal) ? ulong.Parse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) : value;
}
