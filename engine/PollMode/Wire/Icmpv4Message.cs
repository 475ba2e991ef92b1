namespace PollMode.Wire;

/// <summary>
/// An ICMP message for IPv4 (RFC 792). Borrows the bytes. Setters do not touch the checksum: see <see cref="UpdateChecksum"/>.
/// </summary>
public readonly ref struct Icmpv4Message
{
    /// <summary>Bytes in front of the payload: type, code, checksum, and four bytes that depend on the type.</summary>
    public const int HeaderBytes = 8;

    private readonly Span<byte> _bytes;

    private Icmpv4Message(Span<byte> bytes) => _bytes = bytes;

    /// <summary>What the message says.</summary>
    public Icmpv4Type Type
    {
        get => (Icmpv4Type)_bytes[Field.Type];
        set => _bytes[Field.Type] = (byte)value;
    }

    /// <summary>More about the type.</summary>
    public byte Code
    {
        get => _bytes[Field.Code];
        set => _bytes[Field.Code] = value;
    }

    /// <summary>Checksum of the message.</summary>
    public ushort Checksum
    {
        get => BigEndian.Read16(_bytes, Field.Checksum);
        set => BigEndian.Write16(_bytes, Field.Checksum, value);
    }

    /// <summary>The four bytes that depend on the type.</summary>
    public uint RestOfHeader
    {
        get => BigEndian.Read32(_bytes, Field.RestOfHeader);
        set => BigEndian.Write32(_bytes, Field.RestOfHeader, value);
    }

    /// <summary>Of an echo: who asks.</summary>
    public ushort Identifier
    {
        get => BigEndian.Read16(_bytes, Field.RestOfHeader);
        set => BigEndian.Write16(_bytes, Field.RestOfHeader, value);
    }

    /// <summary>Of an echo: which of its questions.</summary>
    public ushort SequenceNumber
    {
        get => BigEndian.Read16(_bytes, Field.SequenceNumber);
        set => BigEndian.Write16(_bytes, Field.SequenceNumber, value);
    }

    /// <summary>The bytes behind the first eight: an echo's data, the packet that an error quotes.</summary>
    public Span<byte> Payload => _bytes[HeaderBytes..];

    /// <summary>Whether the message is unharmed.</summary>
    public bool IsChecksumValid => InternetChecksum.IsValid(_bytes);

    /// <summary>Looks at the payload of an IP packet as a message. A message has no length of its own: it is all of the bytes.</summary>
    /// <returns>False if there are less than <see cref="HeaderBytes"/>.</returns>
    public static bool TryParse(Span<byte> bytes, out Icmpv4Message message)
    {
        bool fits = bytes.Length >= HeaderBytes;
        message = fits ? new Icmpv4Message(bytes) : default;
        return fits;
    }

    /// <summary>Writes the first eight bytes, without a checksum. What is behind them in the span is the payload.</summary>
    /// <returns>False, with nothing written, if there is no room.</returns>
    public static bool TryWrite(Span<byte> bytes, Icmpv4Type type, byte code, uint restOfHeader, out Icmpv4Message message)
    {
        if (!TryParse(bytes, out message))
        {
            return false;
        }

        message.Type = type;
        message.Code = code;
        message.Checksum = 0;
        message.RestOfHeader = restOfHeader;
        return true;
    }

    /// <summary>Writes the first eight bytes of an echo request or reply, without a checksum.</summary>
    /// <returns>False, with nothing written, if there is no room.</returns>
    public static bool TryWriteEcho(Span<byte> bytes, Icmpv4Type type, ushort identifier, ushort sequenceNumber, out Icmpv4Message message) =>
        TryWrite(bytes, type, 0, ((uint)identifier << 16) | sequenceNumber, out message);

    /// <summary>Computes and stores the checksum, when the payload is in place.</summary>
    public void UpdateChecksum()
    {
        Checksum = 0;
        Checksum = InternetChecksum.Compute(_bytes);
    }

    private static class Field
    {
        internal const int Type = 0;
        internal const int Code = 1;
        internal const int Checksum = 2;
        internal const int RestOfHeader = 4;
        internal const int SequenceNumber = 6;
    }
}
