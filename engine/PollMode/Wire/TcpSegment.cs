namespace PollMode.Wire;

/// <summary>
/// A TCP segment (RFC 9293). Borrows the bytes. The header's length is checked and fixed when the view is made, so that no accessor leaves it
/// afterwards. Setters do not touch the checksum: see <see cref="UpdateChecksum"/>.
/// </summary>
public readonly ref struct TcpSegment
{
    /// <summary>Bytes of a header without options.</summary>
    public const int MinimumHeaderBytes = 20;

    /// <summary>Bytes of options that a header can hold.</summary>
    public const int MaximumOptionBytes = 40;

    private const ushort FlagsMask = 0x01FF;

    private readonly Span<byte> _bytes;
    private readonly int _headerBytes;

    private TcpSegment(Span<byte> bytes, int headerBytes)
    {
        _bytes = bytes;
        _headerBytes = headerBytes;
    }

    /// <summary>Bytes of the header, options included: 20 to 60.</summary>
    public int HeaderBytes => _headerBytes;

    /// <summary>Source port.</summary>
    public ushort SourcePort
    {
        get => BigEndian.Read16(_bytes, Field.SourcePort);
        set => BigEndian.Write16(_bytes, Field.SourcePort, value);
    }

    /// <summary>Destination port.</summary>
    public ushort DestinationPort
    {
        get => BigEndian.Read16(_bytes, Field.DestinationPort);
        set => BigEndian.Write16(_bytes, Field.DestinationPort, value);
    }

    /// <summary>Number of the first byte of the payload in the stream.</summary>
    public uint SequenceNumber
    {
        get => BigEndian.Read32(_bytes, Field.SequenceNumber);
        set => BigEndian.Write32(_bytes, Field.SequenceNumber, value);
    }

    /// <summary>Number of the next byte the sender waits for; counts with <see cref="TcpFlags.Ack"/>.</summary>
    public uint AcknowledgementNumber
    {
        get => BigEndian.Read32(_bytes, Field.AcknowledgementNumber);
        set => BigEndian.Write32(_bytes, Field.AcknowledgementNumber, value);
    }

    /// <summary>The control bits.</summary>
    public TcpFlags Flags
    {
        get => (TcpFlags)(OffsetAndFlags & FlagsMask);
        set => OffsetAndFlags = (ushort)((OffsetAndFlags & ~FlagsMask) | ((ushort)value & FlagsMask));
    }

    /// <summary>Bytes the sender has room for, before the window scale.</summary>
    public ushort Window
    {
        get => BigEndian.Read16(_bytes, Field.Window);
        set => BigEndian.Write16(_bytes, Field.Window, value);
    }

    /// <summary>Checksum of pseudo-header, header and payload.</summary>
    public ushort Checksum
    {
        get => BigEndian.Read16(_bytes, Field.Checksum);
        set => BigEndian.Write16(_bytes, Field.Checksum, value);
    }

    /// <summary>Where the urgent data ends; counts with <see cref="TcpFlags.Urg"/>.</summary>
    public ushort UrgentPointer
    {
        get => BigEndian.Read16(_bytes, Field.UrgentPointer);
        set => BigEndian.Write16(_bytes, Field.UrgentPointer, value);
    }

    /// <summary>The options as they stand, padding included. <see cref="TcpOptionReader"/> walks over them.</summary>
    public Span<byte> Options => _bytes[MinimumHeaderBytes.._headerBytes];

    /// <summary>The bytes behind the header.</summary>
    public Span<byte> Payload => _bytes[_headerBytes..];

    private ushort OffsetAndFlags
    {
        get => BigEndian.Read16(_bytes, Field.OffsetAndFlags);
        set => BigEndian.Write16(_bytes, Field.OffsetAndFlags, value);
    }

    /// <summary>Looks at the payload of an IP packet as a segment. A segment has no length of its own: it is all of the bytes.</summary>
    /// <returns>False if the header is not there to its end, or its length is less than 20.</returns>
    public static bool TryParse(Span<byte> bytes, out TcpSegment segment)
    {
        segment = default;
        if (bytes.Length < MinimumHeaderBytes)
        {
            return false;
        }

        int headerBytes = (bytes[Field.OffsetAndFlags] >> 4) * 4;
        if (headerBytes < MinimumHeaderBytes || headerBytes > bytes.Length)
        {
            return false;
        }

        segment = new TcpSegment(bytes, headerBytes);
        return true;
    }

    /// <summary>Writes a header without a checksum. What is behind the header in the span is the payload.</summary>
    /// <param name="bytes">Room for header, options and payload: all of the segment.</param>
    /// <param name="sourcePort">Source port.</param>
    /// <param name="destinationPort">Destination port.</param>
    /// <param name="sequenceNumber">Number of the first byte of the payload.</param>
    /// <param name="acknowledgementNumber">Number of the next byte waited for.</param>
    /// <param name="flags">The control bits.</param>
    /// <param name="window">Bytes there is room for.</param>
    /// <param name="options">The options, at most 40 bytes; padded with zeros to a multiple of four.</param>
    /// <param name="segment">The segment.</param>
    /// <returns>False, with nothing written, if there is no room, or there are too many options.</returns>
    public static bool TryWrite(
        Span<byte> bytes,
        ushort sourcePort,
        ushort destinationPort,
        uint sequenceNumber,
        uint acknowledgementNumber,
        TcpFlags flags,
        ushort window,
        ReadOnlySpan<byte> options,
        out TcpSegment segment)
    {
        segment = default;
        int headerBytes = MinimumHeaderBytes + ((options.Length + 3) & ~3);
        if (options.Length > MaximumOptionBytes || bytes.Length < headerBytes)
        {
            return false;
        }

        segment = new TcpSegment(bytes, headerBytes);
        bytes[..headerBytes].Clear();
        options.CopyTo(segment.Options);
        segment.SourcePort = sourcePort;
        segment.DestinationPort = destinationPort;
        segment.SequenceNumber = sequenceNumber;
        segment.AcknowledgementNumber = acknowledgementNumber;
        segment.OffsetAndFlags = (ushort)((headerBytes / 4) << 12);
        segment.Flags = flags;
        segment.Window = window;
        return true;
    }

    /// <summary>Finds the maximum segment size that a SYN announces.</summary>
    /// <returns>False if there is no such option.</returns>
    public bool TryGetMaximumSegmentSize(out ushort bytes)
    {
        bytes = 0;
        TcpOptionReader reader = new(Options);
        while (reader.TryRead(out TcpOptionKind kind, out Span<byte> data))
        {
            if (kind == TcpOptionKind.MaximumSegmentSize && data.Length == sizeof(ushort))
            {
                bytes = BigEndian.Read16(data, 0);
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the segment is unharmed.</summary>
    /// <param name="pseudoHeader">The sum of the pseudo-header: <see cref="Ipv4Packet.PseudoHeader"/> or <see cref="Ipv6Packet.PseudoHeader"/>.</param>
    public bool IsChecksumValid(uint pseudoHeader) => InternetChecksum.IsValid(_bytes, pseudoHeader);

    /// <summary>Computes and stores the checksum, when the payload is in place.</summary>
    /// <param name="pseudoHeader">The sum of the pseudo-header: <see cref="Ipv4Packet.PseudoHeader"/> or <see cref="Ipv6Packet.PseudoHeader"/>.</param>
    public void UpdateChecksum(uint pseudoHeader)
    {
        Checksum = 0;
        Checksum = InternetChecksum.Finish(InternetChecksum.Sum(_bytes, pseudoHeader));
    }

    private static class Field
    {
        internal const int SourcePort = 0;
        internal const int DestinationPort = 2;
        internal const int SequenceNumber = 4;
        internal const int AcknowledgementNumber = 8;
        internal const int OffsetAndFlags = 12;
        internal const int Window = 14;
        internal const int Checksum = 16;
        internal const int UrgentPointer = 18;
    }
}
