namespace PollMode.Drivers.Traffic;

/// <summary>
/// Where a header field lies: in a container of two, four or eight bytes at an even offset, so that a change of it is a change of whole
/// 16-bit words to a checksum.
/// </summary>
/// <param name="Name">Its name in Wireshark.</param>
/// <param name="Layer">The header.</param>
/// <param name="Offset">The container's offset in the header.</param>
/// <param name="ContainerBytes">The container's size.</param>
/// <param name="Shift">Bits of the container below the field.</param>
/// <param name="Bits">Bits of the field; of an IPv6 address, those that can vary.</param>
/// <param name="Format">How values are written.</param>
internal sealed record FieldDefinition(string Name, FieldLayer Layer, int Offset, int ContainerBytes, int Shift, int Bits, FieldFormat Format = FieldFormat.Number)
{
    private static readonly FieldDefinition[] All =
    [
        new("eth.dst", FieldLayer.Ethernet, 0, 8, 16, 48, FieldFormat.Mac),
        new("eth.src", FieldLayer.Ethernet, 6, 8, 16, 48, FieldFormat.Mac),
        new("eth.type", FieldLayer.EtherType, 0, 2, 0, 16),
        new("vlan.id", FieldLayer.OuterVlan, 0, 2, 0, 12),
        new("vlan.dei", FieldLayer.OuterVlan, 0, 2, 12, 1),
        new("vlan.priority", FieldLayer.OuterVlan, 0, 2, 13, 3),
        new("vlan2.id", FieldLayer.InnerVlan, 0, 2, 0, 12),
        new("vlan2.dei", FieldLayer.InnerVlan, 0, 2, 12, 1),
        new("vlan2.priority", FieldLayer.InnerVlan, 0, 2, 13, 3),
        new("ip.dsfield.dscp", FieldLayer.Ipv4, 0, 2, 2, 6),
        new("ip.dsfield.ecn", FieldLayer.Ipv4, 0, 2, 0, 2),
        new("ip.id", FieldLayer.Ipv4, 4, 2, 0, 16),
        new("ip.flags.df", FieldLayer.Ipv4, 6, 2, 14, 1),
        new("ip.ttl", FieldLayer.Ipv4, 8, 2, 8, 8),
        new("ip.src", FieldLayer.Ipv4, 12, 4, 0, 32, FieldFormat.Ipv4),
        new("ip.dst", FieldLayer.Ipv4, 16, 4, 0, 32, FieldFormat.Ipv4),
        new("ipv6.tclass", FieldLayer.Ipv6, 0, 2, 4, 8),
        new("ipv6.flow", FieldLayer.Ipv6, 0, 4, 0, 20),
        new("ipv6.hlim", FieldLayer.Ipv6, 6, 2, 0, 8),
        new("ipv6.src", FieldLayer.Ipv6, 16, 8, 0, 64, FieldFormat.Ipv6),
        new("ipv6.dst", FieldLayer.Ipv6, 32, 8, 0, 64, FieldFormat.Ipv6),
        new("udp.srcport", FieldLayer.Udp, 0, 2, 0, 16),
        new("udp.dstport", FieldLayer.Udp, 2, 2, 0, 16),
        new("tcp.srcport", FieldLayer.Tcp, 0, 2, 0, 16),
        new("tcp.dstport", FieldLayer.Tcp, 2, 2, 0, 16),
        new("tcp.seq", FieldLayer.Tcp, 4, 4, 0, 32),
        new("tcp.ack", FieldLayer.Tcp, 8, 4, 0, 32),
        new("tcp.flags", FieldLayer.Tcp, 12, 2, 0, 9),
        new("tcp.window_size", FieldLayer.Tcp, 14, 2, 0, 16),
        new("tcp.urgent_pointer", FieldLayer.Tcp, 18, 2, 0, 16),
        new("icmp.type", FieldLayer.Icmp, 0, 2, 8, 8),
        new("icmp.code", FieldLayer.Icmp, 0, 2, 0, 8),
        new("icmp.ident", FieldLayer.Icmp, 4, 2, 0, 16),
        new("icmp.seq", FieldLayer.Icmp, 6, 2, 0, 16),
        new("icmpv6.type", FieldLayer.Icmpv6, 0, 2, 8, 8),
        new("icmpv6.code", FieldLayer.Icmpv6, 0, 2, 0, 8),
        new("icmpv6.echo.identifier", FieldLayer.Icmpv6, 4, 2, 0, 16),
        new("icmpv6.echo.sequence_number", FieldLayer.Icmpv6, 6, 2, 0, 16),
    ];

    /// <summary>The largest value of the field.</summary>
    internal ulong Largest => Bits == 64 ? ulong.MaxValue : (1UL << Bits) - 1;

    /// <summary>The fields that packets of a shape have.</summary>
    internal static IEnumerable<FieldDefinition> Of(PacketShape shape) => All.Where(field => field.Layer switch
    {
        FieldLayer.Ethernet => true,
        FieldLayer.EtherType => shape.IpVersion == 0,
        FieldLayer.OuterVlan => shape.VlanTags > 0,
        FieldLayer.InnerVlan => shape.VlanTags > 1,
        FieldLayer.Ipv4 => shape.IpVersion == 4,
        FieldLayer.Ipv6 => shape.IpVersion == 6,
        FieldLayer.Udp => shape.IpVersion != 0 && shape.Transport == TransportKind.Udp,
        FieldLayer.Tcp => shape.IpVersion != 0 && shape.Transport == TransportKind.Tcp,
        FieldLayer.Icmp => shape.IpVersion == 4 && shape.Transport == TransportKind.Icmp,
        _ => shape.IpVersion == 6 && shape.Transport == TransportKind.Icmp,
    });

    /// <summary>The field of a name in packets of a shape.</summary>
    /// <exception cref="PollModeException">They have no such field.</exception>
    internal static FieldDefinition Find(string name, PacketShape shape) => Of(shape).FirstOrDefault(field => field.Name == name)
        ?? throw new PollModeException($"These packets have no field '{name}'; they have {string.Join(", ", Of(shape).Select(field => field.Name))}.");
}
