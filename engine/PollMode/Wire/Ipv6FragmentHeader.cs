namespace PollMode.Wire;

/// <summary>The fragment header of IPv6 (RFC 8200, section 4.5). Borrows the bytes.</summary>
public readonly ref struct Ipv6FragmentHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 8;

    private const ushort MoreFragmentsBit = 1;
    private const ushort OffsetMask = 0xFFF8;

    private readonly Span<byte> _bytes;

    private Ipv6FragmentHeader(Span<byte> bytes) => _bytes = bytes;

    /// <summary>What the first fragment's payload starts with.</summary>
    public IpProtocol NextHeader
    {
        get => (IpProtocol)_bytes[Field.NextHeader];
        set => _bytes[Field.NextHeader] = (byte)value;
    }

    /// <summary>Where in the whole packet's fragmentable part this fragment's belongs, in bytes: a multiple of eight.</summary>
    /// <remarks>The lower three bits of a new value are lost.</remarks>
    public int FragmentOffset
    {
        get => OffsetWord & OffsetMask;
        set => OffsetWord = (ushort)((OffsetWord & ~OffsetMask) | (value & OffsetMask));
    }

    /// <summary>Whether further fragments follow this one.</summary>
    public bool MoreFragments
    {
        get => (OffsetWord & MoreFragmentsBit) != 0;
        set => OffsetWord = (ushort)(value ? OffsetWord | MoreFragmentsBit : OffsetWord & ~MoreFragmentsBit);
    }

    /// <summary>What the fragments of one packet have in common.</summary>
    public uint Identification
    {
        get => BigEndian.Read32(_bytes, Field.Identification);
        set => BigEndian.Write32(_bytes, Field.Identification, value);
    }

    private ushort OffsetWord
    {
        get => BigEndian.Read16(_bytes, Field.Offset);
        set => BigEndian.Write16(_bytes, Field.Offset, value);
    }

    /// <summary>Looks at bytes as a fragment header.</summary>
    /// <returns>False if there are less than <see cref="HeaderBytes"/>.</returns>
    public static bool TryParse(Span<byte> bytes, out Ipv6FragmentHeader header)
    {
        bool fits = bytes.Length >= HeaderBytes;
        header = fits ? new Ipv6FragmentHeader(bytes) : default;
        return fits;
    }

    /// <summary>Writes a fragment header.</summary>
    /// <returns>False, with nothing written, if there is no room.</returns>
    public static bool TryWrite(
        Span<byte> bytes, IpProtocol nextHeader, int fragmentOffset, bool moreFragments, uint identification, out Ipv6FragmentHeader header)
    {
        if (!TryParse(bytes, out header))
        {
            return false;
        }

        bytes[..HeaderBytes].Clear();
        header.NextHeader = nextHeader;
        header.FragmentOffset = fragmentOffset;
        header.MoreFragments = moreFragments;
        header.Identification = identification;
        return true;
    }

    private static class Field
    {
        internal const int NextHeader = 0;
        internal const int Offset = 2;
        internal const int Identification = 4;
    }
}
