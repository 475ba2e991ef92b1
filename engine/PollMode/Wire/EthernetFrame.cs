namespace PollMode.Wire;

/// <summary>The header of an Ethernet II frame (IEEE 802.3, clause 3), without preamble and check sequence. Borrows the bytes.</summary>
public readonly ref struct EthernetFrame
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 14;

    private readonly Span<byte> _bytes;

    private EthernetFrame(Span<byte> bytes) => _bytes = bytes;

    /// <summary>The station or group the frame is for.</summary>
    public MacAddress Destination
    {
        get => MacAddress.Read(_bytes[Field.Destination..]);
        set => value.Write(_bytes[Field.Destination..]);
    }

    /// <summary>The station the frame is from.</summary>
    public MacAddress Source
    {
        get => MacAddress.Read(_bytes[Field.Source..]);
        set => value.Write(_bytes[Field.Source..]);
    }

    /// <summary>What follows the header: a VLAN tag, if it is <see cref="EtherType.Vlan"/> or <see cref="EtherType.ServiceVlan"/>.</summary>
    public EtherType EtherType
    {
        get => (EtherType)BigEndian.Read16(_bytes, Field.EtherType);
        set => BigEndian.Write16(_bytes, Field.EtherType, (ushort)value);
    }

    /// <summary>Whether the type field is the length of an 802.3 frame and no type.</summary>
    public bool HasLength => EtherType < EtherType.MinimumValue;

    /// <summary>All bytes behind the header, padding included.</summary>
    public Span<byte> Payload => _bytes[HeaderBytes..];

    /// <summary>Looks at bytes as a frame.</summary>
    /// <returns>False if there are less than <see cref="HeaderBytes"/>.</returns>
    public static bool TryParse(Span<byte> bytes, out EthernetFrame frame)
    {
        bool fits = bytes.Length >= HeaderBytes;
        frame = fits ? new EthernetFrame(bytes) : default;
        return fits;
    }

    /// <summary>Writes a header.</summary>
    /// <returns>False, with nothing written, if there is no room.</returns>
    public static bool TryWrite(Span<byte> bytes, MacAddress destination, MacAddress source, EtherType etherType, out EthernetFrame frame)
    {
        if (!TryParse(bytes, out frame))
        {
            return false;
        }

        frame.Destination = destination;
        frame.Source = source;
        frame.EtherType = etherType;
        return true;
    }

    /// <summary>Sends the frame back: the source becomes the destination and the other way round.</summary>
    public void SwapAddresses()
    {
        MacAddress destination = Destination;
        Destination = Source;
        Source = destination;
    }

    private static class Field
    {
        internal const int Destination = 0;
        internal const int Source = 6;
        internal const int EtherType = 12;
    }
}
