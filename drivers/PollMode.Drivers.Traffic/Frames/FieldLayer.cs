namespace PollMode.Drivers.Traffic;

/// <summary>The header that a field is in.</summary>
internal enum FieldLayer
{
    Ethernet,
    OuterVlan,
    InnerVlan,
    EtherType,
    Ipv4,
    Ipv6,
    Udp,
    Tcp,
    Icmp,
    Icmpv6,
}
