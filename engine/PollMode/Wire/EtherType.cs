namespace PollMode.Wire;

/// <summary>What an Ethernet frame carries: the values of the IEEE registry that this engine knows by name. Any other value may be cast.</summary>
/// <remarks>A value below <see cref="MinimumValue"/> is no type but the length of an 802.3 frame.</remarks>
public enum EtherType : ushort
{
    /// <summary>No type: what a frame too short to have one is said to carry.</summary>
    None = 0,

    /// <summary>The smallest value that is a type and not a length (IEEE 802.3, clause 3.2.6).</summary>
    MinimumValue = 0x0600,

    /// <summary>IPv4 (RFC 894).</summary>
    Ipv4 = 0x0800,

    /// <summary>ARP (RFC 826).</summary>
    Arp = 0x0806,

    /// <summary>A customer VLAN tag follows (IEEE 802.1Q).</summary>
    Vlan = 0x8100,

    /// <summary>IPv6 (RFC 2464).</summary>
    Ipv6 = 0x86DD,

    /// <summary>MAC control, of which the pause frame is one (IEEE 802.3, annex 31A).</summary>
    MacControl = 0x8808,

    /// <summary>Slow protocols, of which LACP is one (IEEE 802.3, annex 57A).</summary>
    SlowProtocols = 0x8809,

    /// <summary>MPLS, unicast (RFC 5332).</summary>
    Mpls = 0x8847,

    /// <summary>A service VLAN tag follows (IEEE 802.1ad).</summary>
    ServiceVlan = 0x88A8,

    /// <summary>LLDP (IEEE 802.1AB).</summary>
    Lldp = 0x88CC,

    /// <summary>Precision time protocol over Ethernet (IEEE 1588).</summary>
    Ptp = 0x88F7,

    /// <summary>Local experiments (IEEE 802): free for a generator's own frames.</summary>
    LocalExperimental1 = 0x88B5,
}
