namespace PollMode.Wire;

/// <summary>
/// A VLAN tag (IEEE 802.1Q, clause 9) as it follows the type field that announces it: tag control information, then the type of what follows.
/// Tags stack: the payload of a tag may begin with another. Borrows the bytes.
/// </summary>
public readonly ref struct VlanTag
{
    /// <summary>Bytes of a tag.</summary>
    public const int HeaderBytes = 4;

    /// <summary>The largest VLAN identifier that may be used.</summary>
    public const int MaximumVlanId = 4094;

    private const int AddressBytes = 2 * MacAddress.Bytes;
    private const int VlanIdMask = 0x0FFF;
    private const int DropEligibleBit = 0x1000;
    private const int PriorityShift = 13;

    private readonly Span<byte> _bytes;

    private VlanTag(Span<byte> bytes) => _bytes = bytes;

    /// <summary>Tag control information: priority, drop eligibility and VLAN identifier in one word.</summary>
    public ushort Tci
    {
        get => BigEndian.Read16(_bytes, Field.Tci);
        set => BigEndian.Write16(_bytes, Field.Tci, value);
    }

    /// <summary>VLAN identifier, 12 bits. Zero is a priority tag that names no VLAN.</summary>
    public int VlanId
    {
        get => Tci & VlanIdMask;
        set => Tci = (ushort)((Tci & ~VlanIdMask) | (value & VlanIdMask));
    }

    /// <summary>Priority code point, 0 to 7.</summary>
    public int Priority
    {
        get => Tci >> PriorityShift;
        set => Tci = (ushort)((Tci & (VlanIdMask | DropEligibleBit)) | (value << PriorityShift));
    }

    /// <summary>Whether the frame may be dropped before others.</summary>
    public bool DropEligible
    {
        get => (Tci & DropEligibleBit) != 0;
        set => Tci = (ushort)(value ? Tci | DropEligibleBit : Tci & ~DropEligibleBit);
    }

    /// <summary>What follows the tag.</summary>
    public EtherType EtherType
    {
        get => (EtherType)BigEndian.Read16(_bytes, Field.EtherType);
        set => BigEndian.Write16(_bytes, Field.EtherType, (ushort)value);
    }

    /// <summary>All bytes behind the tag.</summary>
    public Span<byte> Payload => _bytes[HeaderBytes..];

    /// <summary>Whether a type announces a tag.</summary>
    public static bool IsTag(EtherType etherType) => etherType is EtherType.Vlan or EtherType.ServiceVlan;

    /// <summary>Makes tag control information of its parts.</summary>
    public static ushort MakeTci(int vlanId, int priority = 0, bool dropEligible = false) =>
        (ushort)((vlanId & VlanIdMask) | (dropEligible ? DropEligibleBit : 0) | (priority << PriorityShift));

    /// <summary>Looks at bytes as a tag: the payload of a frame, or of a tag, whose type announces one.</summary>
    /// <returns>False if there are less than <see cref="HeaderBytes"/>.</returns>
    public static bool TryParse(Span<byte> bytes, out VlanTag tag)
    {
        bool fits = bytes.Length >= HeaderBytes;
        tag = fits ? new VlanTag(bytes) : default;
        return fits;
    }

    /// <summary>Writes a tag.</summary>
    /// <returns>False, with nothing written, if there is no room.</returns>
    public static bool TryWrite(Span<byte> bytes, ushort tci, EtherType etherType, out VlanTag tag)
    {
        if (!TryParse(bytes, out tag))
        {
            return false;
        }

        tag.Tci = tci;
        tag.EtherType = etherType;
        return true;
    }

    /// <summary>Puts a tag into a frame in front of which <see cref="HeaderBytes"/> were just made free. Moves the addresses, not the payload.</summary>
    /// <param name="bytes">The free bytes and the frame behind them.</param>
    /// <param name="tagType">The type that announces the tag.</param>
    /// <param name="tci">The tag control information.</param>
    /// <returns>False, with nothing changed, if there is no frame.</returns>
    public static bool TryPush(Span<byte> bytes, EtherType tagType, ushort tci)
    {
        if (bytes.Length < HeaderBytes + EthernetFrame.HeaderBytes)
        {
            return false;
        }

        bytes.Slice(HeaderBytes, AddressBytes).CopyTo(bytes);
        BigEndian.Write16(bytes, AddressBytes, (ushort)tagType);
        BigEndian.Write16(bytes, AddressBytes + sizeof(ushort), tci);
        return true;
    }

    /// <summary>Takes the outermost tag out of a frame. Its first <see cref="HeaderBytes"/> are then free, and for the caller to trim.</summary>
    /// <param name="bytes">The frame.</param>
    /// <param name="tci">The tag control information.</param>
    /// <returns>False, with nothing changed, if the frame has no tag.</returns>
    public static bool TryPop(Span<byte> bytes, out ushort tci)
    {
        tci = 0;
        if (!EthernetFrame.TryParse(bytes, out EthernetFrame frame) || !IsTag(frame.EtherType) || !TryParse(frame.Payload, out VlanTag tag))
        {
            return false;
        }

        tci = tag.Tci;
        bytes[..AddressBytes].CopyTo(bytes[HeaderBytes..]);
        return true;
    }

    private static class Field
    {
        internal const int Tci = 0;
        internal const int EtherType = 2;
    }
}
