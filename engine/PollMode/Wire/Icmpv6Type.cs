namespace PollMode.Wire;

/// <summary>Types of ICMP messages for IPv6 (IANA registry of ICMPv6 parameters). Any other value may be cast.</summary>
public enum Icmpv6Type : byte
{
    /// <summary>No type: not on the wire.</summary>
    None = 0,

    /// <summary>The packet could not be delivered; the code says why (RFC 4443).</summary>
    DestinationUnreachable = 1,

    /// <summary>The packet is too big for a link (RFC 4443).</summary>
    PacketTooBig = 2,

    /// <summary>Hop limit, or the time for reassembly, is up (RFC 4443).</summary>
    TimeExceeded = 3,

    /// <summary>A header field makes no sense (RFC 4443).</summary>
    ParameterProblem = 4,

    /// <summary>Asks for an echo reply (RFC 4443).</summary>
    EchoRequest = 128,

    /// <summary>Answer to an echo request (RFC 4443).</summary>
    EchoReply = 129,

    /// <summary>Asks for routers (RFC 4861).</summary>
    RouterSolicitation = 133,

    /// <summary>A router announces itself (RFC 4861).</summary>
    RouterAdvertisement = 134,

    /// <summary>Who has the target address? (RFC 4861)</summary>
    NeighborSolicitation = 135,

    /// <summary>The sender has it (RFC 4861).</summary>
    NeighborAdvertisement = 136,

    /// <summary>Another router is nearer (RFC 4861).</summary>
    Redirect = 137,
}
