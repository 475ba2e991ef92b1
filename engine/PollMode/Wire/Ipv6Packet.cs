namespace PollMode.Wire;

/// <summary>
/// An IPv6 packet (RFC 8200). Borrows the bytes. Its length is checked and fixed when the view is made, so that no accessor leaves it afterwards.
/// Extension headers are part of the payload: see <see cref="Extensions"/>. Jumbograms (RFC 2675) are not supported: they read as packets without payload.
/// </summary>
public readonly ref struct Ipv6Packet
{
    /// <summary>Bytes of the header without extensions.</summary>
    public const int HeaderBytes = 40;

    /// <summary>Bytes of the longest payload, extension headers included.</summary>
    public const int MaximumPayloadBytes = 65535;

    private const int Version = 6;
    private const uint FlowLabelMask = 0xF_FFFF;
    private const uint TrafficClassMask = 0xFF0_0000;
    private const int TrafficClassShift = 20;
    private const byte DefaultHopLimit = 64;

    private readonly Span<byte> _bytes;

    private Ipv6Packet(Span<byte> bytes) => _bytes = bytes;

    /// <summary>Differentiated services code point and congestion notification in one byte.</summary>
    public byte TrafficClass
    {
        get => (byte)(FirstWord >> TrafficClassShift);
        set => FirstWord = (FirstWord & ~TrafficClassMask) | ((uint)value << TrafficClassShift);
    }

    /// <summary>Differentiated services code point, 0 to 63 (RFC 2474).</summary>
    public int Dscp
    {
        get => TrafficClass >> 2;
        set => TrafficClass = (byte)((value << 2) | Ecn);
    }

    /// <summary>Explicit congestion notification, 0 to 3 (RFC 3168).</summary>
    public int Ecn
    {
        get => TrafficClass & 3;
        set => TrafficClass = (byte)((TrafficClass & ~3) | (value & 3));
    }

    /// <summary>Flow label, 20 bits (RFC 6437).</summary>
    public uint FlowLabel
    {
        get => FirstWord & FlowLabelMask;
        set => FirstWord = (FirstWord & ~FlowLabelMask) | (value & FlowLabelMask);
    }

    /// <summary>Bytes behind the header as the length field says. A new value does not change what this view covers.</summary>
    public int PayloadBytes
    {
        get => BigEndian.Read16(_bytes, Field.PayloadBytes);
        set => BigEndian.Write16(_bytes, Field.PayloadBytes, (ushort)value);
    }

    /// <summary>Whether the packet goes on behind the bytes at hand.</summary>
    public bool IsTruncated => HeaderBytes + PayloadBytes > _bytes.Length;

    /// <summary>What follows the header: an extension header or a transport protocol.</summary>
    public IpProtocol NextHeader
    {
        get => (IpProtocol)_bytes[Field.NextHeader];
        set => _bytes[Field.NextHeader] = (byte)value;
    }

    /// <summary>Routers the packet may still pass.</summary>
    public byte HopLimit
    {
        get => _bytes[Field.HopLimit];
        set => _bytes[Field.HopLimit] = value;
    }

    /// <summary>Source address.</summary>
    public Ipv6Address Source
    {
        get => Ipv6Address.Read(_bytes[Field.Source..]);
        set => value.Write(_bytes[Field.Source..]);
    }

    /// <summary>Destination address.</summary>
    public Ipv6Address Destination
    {
        get => Ipv6Address.Read(_bytes[Field.Destination..]);
        set => value.Write(_bytes[Field.Destination..]);
    }

    /// <summary>
    /// All bytes behind the header, extension headers included, without any padding of the frame; of a truncated packet, what is there of them.
    /// </summary>
    public Span<byte> Payload => _bytes[HeaderBytes..];

    /// <summary>A walk over the extension headers, at its start.</summary>
    public Ipv6ExtensionReader Extensions => new(NextHeader, Payload);

    private uint FirstWord
    {
        get => BigEndian.Read32(_bytes, Field.FirstWord);
        set => BigEndian.Write32(_bytes, Field.FirstWord, value);
    }

    /// <summary>Looks at bytes as a whole packet. More bytes may follow: Ethernet pads short frames.</summary>
    /// <returns>False if the version is wrong, or the packet is not there to its end.</returns>
    public static bool TryParse(Span<byte> bytes, out Ipv6Packet packet)
    {
        if (TryParseTruncated(bytes, out packet) && !packet.IsTruncated)
        {
            return true;
        }

        packet = default;
        return false;
    }

    /// <summary>As <see cref="TryParse"/>, but only the header must be there: for the first segment of a chain, and what an ICMP error quotes.</summary>
    public static bool TryParseTruncated(Span<byte> bytes, out Ipv6Packet packet)
    {
        packet = default;
        if (bytes.Length < HeaderBytes || bytes[Field.FirstWord] >> 4 != Version)
        {
            return false;
        }

        int totalBytes = HeaderBytes + BigEndian.Read16(bytes, Field.PayloadBytes);
        packet = new Ipv6Packet(bytes[..Math.Min(totalBytes, bytes.Length)]);
        return true;
    }

    /// <summary>Writes a header: hop limit 64, traffic class and flow label zero.</summary>
    /// <param name="bytes">Room for header and payload.</param>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="nextHeader">What follows the header.</param>
    /// <param name="payloadBytes">Bytes behind the header.</param>
    /// <param name="packet">The packet: header and payload.</param>
    /// <returns>False, with nothing written, if there is no room.</returns>
    public static bool TryWrite(
        Span<byte> bytes, Ipv6Address source, Ipv6Address destination, IpProtocol nextHeader, int payloadBytes, out Ipv6Packet packet)
    {
        packet = default;
        if (payloadBytes < 0 || payloadBytes > Math.Min(bytes.Length - HeaderBytes, MaximumPayloadBytes))
        {
            return false;
        }

        packet = new Ipv6Packet(bytes[..(HeaderBytes + payloadBytes)]);
        packet.FirstWord = (uint)Version << 28;
        packet.PayloadBytes = payloadBytes;
        packet.NextHeader = nextHeader;
        packet.HopLimit = DefaultHopLimit;
        packet.Source = source;
        packet.Destination = destination;
        return true;
    }

    /// <summary>Takes one from the hop limit.</summary>
    /// <returns>False, with nothing changed, if the packet must not be forwarded any more: its hop limit is one or zero.</returns>
    public bool TryDecrementHopLimit()
    {
        if (HopLimit <= 1)
        {
            return false;
        }

        HopLimit--;
        return true;
    }

    /// <summary>The sum of the pseudo-header of a transport in this packet, for its checksum.</summary>
    /// <param name="protocol">The transport.</param>
    /// <param name="length">Bytes of transport header and payload: those behind the last extension header.</param>
    public uint PseudoHeader(IpProtocol protocol, int length) => InternetChecksum.PseudoHeader(Source, Destination, protocol, length);

    private static class Field
    {
        internal const int FirstWord = 0;
        internal const int PayloadBytes = 4;
        internal const int NextHeader = 6;
        internal const int HopLimit = 7;
        internal const int Source = 8;
        internal const int Destination = 24;
    }
}
