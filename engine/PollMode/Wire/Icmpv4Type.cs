namespace PollMode.Wire;

/// <summary>Types of ICMP messages for IPv4 (IANA registry of ICMP parameters). Any other value may be cast.</summary>
public enum Icmpv4Type : byte
{
    /// <summary>Answer to an echo request.</summary>
    EchoReply = 0,

    /// <summary>The packet could not be delivered; the code says why.</summary>
    DestinationUnreachable = 3,

    /// <summary>Another router is nearer.</summary>
    Redirect = 5,

    /// <summary>Asks for an echo reply.</summary>
    EchoRequest = 8,

    /// <summary>Time to live, or the time for reassembly, is up.</summary>
    TimeExceeded = 11,

    /// <summary>A header field makes no sense.</summary>
    ParameterProblem = 12,
}
