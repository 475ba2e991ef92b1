namespace PollMode.Drivers.AfXdp.Filtering;

/// <summary>What a term of a filter looks at.</summary>
internal enum FilterField
{
    /// <summary>The EtherType behind up to two VLAN tags.</summary>
    EtherType,

    /// <summary>The VLAN identifier of the outer tag.</summary>
    Vlan,

    /// <summary>The protocol above IP, behind IPv6 extension headers.</summary>
    Protocol,

    /// <summary>The type of an ICMPv6 message.</summary>
    Icmp6Type,

    /// <summary>The source port of TCP, UDP, UDP-Lite or SCTP.</summary>
    SourcePort,

    /// <summary>The destination port.</summary>
    DestinationPort,

    /// <summary>Either port.</summary>
    AnyPort,

    /// <summary>The source address of IPv4 or IPv6.</summary>
    SourceAddress,

    /// <summary>The destination address.</summary>
    DestinationAddress,

    /// <summary>Either address.</summary>
    AnyAddress,
}
