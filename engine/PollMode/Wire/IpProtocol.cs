namespace PollMode.Wire;

/// <summary>What an IP packet carries: the IPv4 protocol and the IPv6 next header share one IANA registry. Any other value may be cast.</summary>
public enum IpProtocol : byte
{
    /// <summary>IPv6 hop-by-hop options, an extension header (RFC 8200, section 4.3).</summary>
    HopByHop = 0,

    /// <summary>ICMP for IPv4 (RFC 792).</summary>
    Icmp = 1,

    /// <summary>IGMP (RFC 3376).</summary>
    Igmp = 2,

    /// <summary>IPv4 in IP (RFC 2003).</summary>
    Ipv4 = 4,

    /// <summary>TCP (RFC 9293).</summary>
    Tcp = 6,

    /// <summary>UDP (RFC 768).</summary>
    Udp = 17,

    /// <summary>IPv6 in IP (RFC 2473).</summary>
    Ipv6 = 41,

    /// <summary>IPv6 routing header, an extension header (RFC 8200, section 4.4).</summary>
    Routing = 43,

    /// <summary>IPv6 fragment header, an extension header (RFC 8200, section 4.5).</summary>
    Fragment = 44,

    /// <summary>GRE (RFC 2784).</summary>
    Gre = 47,

    /// <summary>Encapsulating security payload (RFC 4303). What follows is encrypted: a walk over extension headers ends here.</summary>
    Esp = 50,

    /// <summary>Authentication header (RFC 4302); in IPv6 an extension header.</summary>
    AuthenticationHeader = 51,

    /// <summary>ICMP for IPv6 (RFC 4443).</summary>
    Icmpv6 = 58,

    /// <summary>Nothing follows (RFC 8200, section 4.7).</summary>
    NoNextHeader = 59,

    /// <summary>IPv6 destination options, an extension header (RFC 8200, section 4.6).</summary>
    DestinationOptions = 60,

    /// <summary>OSPF (RFC 2328).</summary>
    Ospf = 89,

    /// <summary>VRRP (RFC 9568).</summary>
    Vrrp = 112,

    /// <summary>SCTP (RFC 9260).</summary>
    Sctp = 132,

    /// <summary>Mobility header, an extension header (RFC 6275).</summary>
    Mobility = 135,

    /// <summary>UDP-Lite (RFC 3828).</summary>
    UdpLite = 136,

    /// <summary>Host identity protocol, an extension header (RFC 7401).</summary>
    HostIdentity = 139,

    /// <summary>Shim6, an extension header (RFC 5533).</summary>
    Shim6 = 140,
}
