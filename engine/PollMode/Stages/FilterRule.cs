using PollMode.Wire;

namespace PollMode;

/// <summary>
/// One rule of a <see cref="FilterStage"/>: matches a packet that has everything named here; what is null is not looked at. A rule that
/// names nothing matches every packet.
/// </summary>
/// <remarks>
/// A rule that names ports matches no later fragment, which has none, and no frame whose transport header is cut off. VLAN tags are passed
/// over.
/// </remarks>
public sealed record FilterRule
{
    /// <summary>What becomes of packets that match.</summary>
    public FilterAction Action { get; init; } = FilterAction.Drop;

    /// <summary>What the frame carries, behind all VLAN tags.</summary>
    public EtherType? EtherType { get; init; }

    /// <summary>What the IP packet carries, behind all extension headers.</summary>
    public IpProtocol? Protocol { get; init; }

    /// <summary>Where the IP source address lies. An IPv4 prefix matches IPv4 packets only, an IPv6 prefix IPv6 packets.</summary>
    public IpPrefix? Source { get; init; }

    /// <summary>Where the IP destination address lies.</summary>
    public IpPrefix? Destination { get; init; }

    /// <summary>Source port of TCP, UDP, UDP-Lite or SCTP.</summary>
    public FilterPorts? SourcePort { get; init; }

    /// <summary>Destination port.</summary>
    public FilterPorts? DestinationPort { get; init; }

    /// <summary>Source or destination port: one of the two is enough.</summary>
    public FilterPorts? EitherPort { get; init; }

    /// <summary>Whether a frame matches.</summary>
    /// <param name="frame">The frame. Borrowed.</param>
    /// <param name="layers">Its layers.</param>
    public bool Matches(ReadOnlySpan<byte> frame, in PacketLayers layers)
    {
        if (EtherType is { } etherType && layers.EtherType != etherType)
        {
            return false;
        }

        if (Protocol is { } protocol && (!layers.IsIp || layers.Protocol != protocol))
        {
            return false;
        }

        if (Source is { } source && !source.Contains(layers.SourceAddress(frame)))
        {
            return false;
        }

        return (Destination is not { } destination || destination.Contains(layers.DestinationAddress(frame))) && MatchesPorts(in layers);
    }

    private bool MatchesPorts(in PacketLayers layers)
    {
        if (SourcePort is null && DestinationPort is null && EitherPort is null)
        {
            return true;
        }

        return layers.HasPorts
            && (SourcePort is not { } source || source.Contains(layers.SourcePort))
            && (DestinationPort is not { } destination || destination.Contains(layers.DestinationPort))
            && (EitherPort is not { } either || either.Contains(layers.SourcePort) || either.Contains(layers.DestinationPort));
    }
}
