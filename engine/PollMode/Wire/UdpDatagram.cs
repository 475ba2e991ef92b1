namespace PollMode.Wire;

/// <summary>
/// A UDP datagram (RFC 768). Borrows the bytes. Its length is checked and fixed when the view is made, so that no accessor leaves it afterwards.
/// Setters do not touch the checksum: see <see cref="UpdateChecksum"/>.
/// </summary>
public readonly ref struct UdpDatagram
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 8;

    /// <summary>Bytes of the longest datagram, header included.</summary>
    public const int MaximumBytes = 65535;

    private readonly Span<byte> _bytes;

    private UdpDatagram(Span<byte> bytes) => _bytes = bytes;

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

    /// <summary>Bytes of the datagram, header included, as its length field says. A new value does not change what this view covers.</summary>
    public int TotalBytes
    {
        get => BigEndian.Read16(_bytes, Field.TotalBytes);
        set => BigEndian.Write16(_bytes, Field.TotalBytes, (ushort)value);
    }

    /// <summary>Checksum of pseudo-header, header and payload; zero over IPv4 if the sender made none.</summary>
    public ushort Checksum
    {
        get => BigEndian.Read16(_bytes, Field.Checksum);
        set => BigEndian.Write16(_bytes, Field.Checksum, value);
    }

    /// <summary>Whether the sender made a checksum. Over IPv6 it must (RFC 8200, section 8.1; tunnels may agree otherwise, RFC 6935).</summary>
    public bool HasChecksum => Checksum != 0;

    /// <summary>Whether the datagram goes on behind the bytes at hand.</summary>
    public bool IsTruncated => TotalBytes > _bytes.Length;

    /// <summary>The bytes behind the header; of a truncated datagram, what is there of them.</summary>
    public Span<byte> Payload => _bytes[HeaderBytes..];

    /// <summary>Looks at the payload of an IP packet as a whole datagram.</summary>
    /// <returns>False if it is shorter than its length field says, or that says less than a header.</returns>
    public static bool TryParse(Span<byte> bytes, out UdpDatagram datagram)
    {
        if (TryParseTruncated(bytes, out datagram) && !datagram.IsTruncated)
        {
            return true;
        }

        datagram = default;
        return false;
    }

    /// <summary>
    /// As <see cref="TryParse"/>, but only the header must be there: for the first segment of a chain, a first fragment, and what an ICMP error quotes.
    /// </summary>
    public static bool TryParseTruncated(Span<byte> bytes, out UdpDatagram datagram)
    {
        datagram = default;
        if (bytes.Length < HeaderBytes)
        {
            return false;
        }

        int totalBytes = BigEndian.Read16(bytes, Field.TotalBytes);
        if (totalBytes < HeaderBytes)
        {
            return false;
        }

        datagram = new UdpDatagram(bytes[..Math.Min(totalBytes, bytes.Length)]);
        return true;
    }

    /// <summary>Writes a header without a checksum.</summary>
    /// <returns>False, with nothing written, if there is no room for header and payload.</returns>
    public static bool TryWrite(Span<byte> bytes, ushort sourcePort, ushort destinationPort, int payloadBytes, out UdpDatagram datagram)
    {
        datagram = default;
        if (payloadBytes < 0 || payloadBytes > Math.Min(bytes.Length, MaximumBytes) - HeaderBytes)
        {
            return false;
        }

        datagram = new UdpDatagram(bytes[..(HeaderBytes + payloadBytes)]);
        datagram.SourcePort = sourcePort;
        datagram.DestinationPort = destinationPort;
        datagram.TotalBytes = HeaderBytes + payloadBytes;
        datagram.Checksum = 0;
        return true;
    }

    /// <summary>Whether the datagram is unharmed, as far as a checksum tells.</summary>
    /// <remarks>False without one (see <see cref="HasChecksum"/>): whether that is acceptable depends on the IP version.</remarks>
    /// <param name="pseudoHeader">The sum of the pseudo-header: <see cref="Ipv4Packet.PseudoHeader"/> or <see cref="Ipv6Packet.PseudoHeader"/>.</param>
    public bool IsChecksumValid(uint pseudoHeader) => HasChecksum && InternetChecksum.IsValid(_bytes, pseudoHeader);

    /// <summary>Computes and stores the checksum, when the payload is in place.</summary>
    /// <param name="pseudoHeader">The sum of the pseudo-header: <see cref="Ipv4Packet.PseudoHeader"/> or <see cref="Ipv6Packet.PseudoHeader"/>.</param>
    public void UpdateChecksum(uint pseudoHeader)
    {
        Checksum = 0;
        Checksum = InternetChecksum.FinishUdp(InternetChecksum.Sum(_bytes, pseudoHeader));
    }

    private static class Field
    {
        internal const int SourcePort = 0;
        internal const int DestinationPort = 2;
        internal const int TotalBytes = 4;
        internal const int Checksum = 6;
    }
}
