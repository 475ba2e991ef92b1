namespace PollMode.Drivers.Traffic;

/// <summary>What fields hold that nobody named: addresses set aside for benchmarks (RFC 2544, appendix C; RFC 5180, section 8), local MAC addresses, the discard port.</summary>
internal static class FieldDefaults
{
    private static readonly (string Name, string Value)[] All =
    [
        ("eth.dst", "02:00:00:00:00:02"),
        ("eth.src", "02:00:00:00:00:01"),
        ("vlan.id", "1"),
        ("vlan2.id", "2"),
        ("ip.ttl", "64"),
        ("ip.src", "198.18.0.1"),
        ("ip.dst", "198.19.0.1"),
        ("ipv6.hlim", "64"),
        ("ipv6.src", "2001:2::1"),
        ("ipv6.dst", "2001:2:0:8000::1"),
        ("udp.srcport", "1024"),
        ("udp.dstport", "9"),
        ("tcp.srcport", "1024"),
        ("tcp.dstport", "9"),
        ("tcp.flags", "0x010"),
        ("tcp.window_size", "65535"),
        ("icmp.type", "8"),
        ("icmpv6.type", "128"),
    ];

    internal static IEnumerable<FieldPattern> Of(PacketShape shape)
    {
        var known = FieldDefinition.Of(shape).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        return All.Where(field => known.Contains(field.Name)).Select(field => FieldPattern.Parse(field.Name, field.Value, shape));
    }
}
