namespace PollMode.Wire;

/// <summary>
/// A walk over the extension headers of an IPv6 packet (RFC 8200, section 4). It ends in front of the first header that is none: a transport
/// protocol, an encrypted payload, nothing. It also ends behind the header of a fragment that is not the first, whose payload
/// starts in the middle of something, and in front of a header that does not fit. Borrows the bytes.
/// </summary>
public ref struct Ipv6ExtensionReader
{
    private const int MinimumHeaderBytes = 8;

    private Span<byte> _rest;

    internal Ipv6ExtensionReader(IpProtocol next, Span<byte> bytes)
    {
        Protocol = next;
        _rest = bytes;
    }

    /// <summary>What stands at the start of <see cref="Payload"/>; after the walk, what the packet carries.</summary>
    public IpProtocol Protocol { get; private set; }

    /// <summary>The bytes that the walk has not passed yet; after the walk, what the packet carries.</summary>
    public readonly Span<byte> Payload => _rest;

    /// <summary>Whether the walk passed a fragment header that makes the packet a fragment: not one whose offset and more-bit are zero (RFC 6946).</summary>
    public bool IsFragment { get; private set; }

    /// <summary>Whether the walk passed the header of a fragment that is not the first: <see cref="Payload"/> then starts in the middle of something.</summary>
    public bool IsLaterFragment { get; private set; }

    /// <summary>Whether the walk ended at an extension header that does not fit in the packet.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Whether a protocol number is that of an extension header that can be passed over.</summary>
    public static bool IsExtension(IpProtocol protocol) => protocol is IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.Fragment
        or IpProtocol.DestinationOptions or IpProtocol.AuthenticationHeader or IpProtocol.Mobility or IpProtocol.HostIdentity or IpProtocol.Shim6;

    /// <summary>Reads the next extension header.</summary>
    /// <param name="kind">Which it is.</param>
    /// <param name="header">All its bytes; of a fragment header, see <see cref="Ipv6FragmentHeader"/>.</param>
    /// <returns>False at the end of the walk.</returns>
    public bool TryRead(out IpProtocol kind, out Span<byte> header)
    {
        kind = Protocol;
        header = default;
        if (IsLaterFragment || IsMalformed || !IsExtension(kind))
        {
            return false;
        }

        int length = HeaderLength(kind, _rest);
        if (length == 0)
        {
            IsMalformed = true;
            return false;
        }

        header = _rest[..length];
        if (kind == IpProtocol.Fragment && Ipv6FragmentHeader.TryParse(header, out Ipv6FragmentHeader fragment))
        {
            IsFragment |= fragment.FragmentOffset != 0 || fragment.MoreFragments;
            IsLaterFragment = fragment.FragmentOffset != 0;
        }

        Protocol = (IpProtocol)header[0];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>Walks to the end.</summary>
    /// <returns>
    /// False if an extension header does not fit, or the packet is a fragment other than the first: then the transport header is not at hand.
    /// </returns>
    public bool TrySkipAll()
    {
        while (TryRead(out _, out _))
        {
        }

        return !IsMalformed && !IsLaterFragment;
    }

    /// <summary>Length in bytes of the extension header at the start of a span, or zero if it does not fit there.</summary>
    internal static int HeaderLength(IpProtocol kind, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < MinimumHeaderBytes)
        {
            return 0;
        }

        // Units differ: eight bytes behind the first eight, but four behind the first eight for the authentication header
        // (RFC 4302, section 2.2). The fragment header has no length: its second byte is reserved.
        int length = kind switch
        {
            IpProtocol.Fragment => MinimumHeaderBytes,
            IpProtocol.AuthenticationHeader => (bytes[1] + 2) * 4,
            _ => (bytes[1] + 1) * 8,
        };
        return length <= bytes.Length ? length : 0;
    }
}
