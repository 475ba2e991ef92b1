namespace PollMode.Wire;

/// <summary>What <see cref="PacketLayers"/> found out about a frame.</summary>
[Flags]
public enum PacketLayerFlags : byte
{
    /// <summary>Nothing of note.</summary>
    None = 0,

    /// <summary>The frame holds an IPv4 packet whose header is right.</summary>
    Ipv4 = 1 << 0,

    /// <summary>The frame holds an IPv6 packet whose header is right.</summary>
    Ipv6 = 1 << 1,

    /// <summary>The packet is a fragment.</summary>
    Fragment = 1 << 2,

    /// <summary>The packet is a fragment but not the first: it has no transport header.</summary>
    LaterFragment = 1 << 3,

    /// <summary>The ports are known.</summary>
    Ports = 1 << 4,

    /// <summary>The IP packet goes on behind the bytes at hand, as it does in the first segment of a chain.</summary>
    Truncated = 1 << 5,

    /// <summary>A header does not fit or contradicts itself; the layers in front of it are right.</summary>
    Malformed = 1 << 6,
}
