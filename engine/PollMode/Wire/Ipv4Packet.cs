namespace PollMode.Wire;

/// <summary>
/// An IPv4 packet (RFC 791). Borrows the bytes. Header and packet length are checked and fixed when the view is made, so that no accessor
/// leaves them afterwards. Setters do not touch the checksum: see <see cref="UpdateHeaderChecksum"/>.
/// </summary>
public readonly ref struct Ipv4Packet
{
    /// <summary>Bytes of a header without options.</summary>
    public const int MinimumHeaderBytes = 20;

    /// <summary>Bytes of the longest packet, header included.</summary>
    public const int MaximumBytes = 65535;

    private const int Version = 4;
    private const ushort DontFragmentBit = 0x4000;
    private const ushort MoreFragmentsBit = 0x2000;
    private const ushort FragmentOffsetMask = 0x1FFF;
    private const int DefaultTimeToLive = 64;

    private readonly Span<byte> _bytes;
    private readonly int _headerBytes;

    private Ipv4Packet(Span<byte> bytes, int headerBytes)
    {
        _bytes = bytes;
        _headerBytes = headerBytes;
    }

    /// <summary>Bytes of the header, options included: 20 to 60.</summary>
    public int HeaderBytes => _headerBytes;

    /// <summary>Bytes of the packet, header included, as its length field says. A new value does not change what this view covers.</summary>
    public int TotalBytes
    {
        get => BigEndian.Read16(_bytes, Field.TotalBytes);
        set => BigEndian.Write16(_bytes, Field.TotalBytes, (ushort)value);
    }

    /// <summary>Whether the packet goes on behind the bytes at hand.</summary>
    public bool IsTruncated => TotalBytes > _bytes.Length;

    /// <summary>Differentiated services code point, 0 to 63 (RFC 2474).</summary>
    public int Dscp
    {
        get => _bytes[Field.TrafficClass] >> 2;
        set => _bytes[Field.TrafficClass] = (byte)((value << 2) | Ecn);
    }

    /// <summary>Explicit congestion notification, 0 to 3 (RFC 3168).</summary>
    public int Ecn
    {
        get => _bytes[Field.TrafficClass] & 3;
        set => _bytes[Field.TrafficClass] = (byte)((_bytes[Field.TrafficClass] & ~3) | (value & 3));
    }

    /// <summary>What the fragments of one packet have in common.</summary>
    public ushort Identification
    {
        get => BigEndian.Read16(_bytes, Field.Identification);
        set => BigEndian.Write16(_bytes, Field.Identification, value);
    }

    /// <summary>Whether the packet must not be fragmented.</summary>
    public bool DontFragment
    {
        get => (FragmentWord & DontFragmentBit) != 0;
        set => FragmentWord = (ushort)(value ? FragmentWord | DontFragmentBit : FragmentWord & ~DontFragmentBit);
    }

    /// <summary>Whether further fragments follow this one.</summary>
    public bool MoreFragments
    {
        get => (FragmentWord & MoreFragmentsBit) != 0;
        set => FragmentWord = (ushort)(value ? FragmentWord | MoreFragmentsBit : FragmentWord & ~MoreFragmentsBit);
    }

    /// <summary>Where in the whole packet's payload this fragment's belongs, in bytes: a multiple of eight.</summary>
    /// <remarks>The lower three bits of a new value are lost.</remarks>
    public int FragmentOffset
    {
        get => (FragmentWord & FragmentOffsetMask) * 8;
        set => FragmentWord = (ushort)((FragmentWord & ~FragmentOffsetMask) | ((value / 8) & FragmentOffsetMask));
    }

    /// <summary>Whether this is a fragment: the first, one in the middle, or the last.</summary>
    public bool IsFragment => (FragmentWord & (MoreFragmentsBit | FragmentOffsetMask)) != 0;

    /// <summary>Routers the packet may still pass.</summary>
    public byte TimeToLive
    {
        get => _bytes[Field.TimeToLive];
        set => _bytes[Field.TimeToLive] = value;
    }

    /// <summary>What the packet carries.</summary>
    public IpProtocol Protocol
    {
        get => (IpProtocol)_bytes[Field.Protocol];
        set => _bytes[Field.Protocol] = (byte)value;
    }

    /// <summary>Checksum of the header alone.</summary>
    public ushort HeaderChecksum
    {
        get => BigEndian.Read16(_bytes, Field.HeaderChecksum);
        set => BigEndian.Write16(_bytes, Field.HeaderChecksum, value);
    }

    /// <summary>Whether the header is unharmed.</summary>
    public bool IsHeaderChecksumValid => InternetChecksum.IsValid(_bytes[.._headerBytes]);

    /// <summary>Source address.</summary>
    public Ipv4Address Source
    {
        get => Ipv4Address.Read(_bytes[Field.Source..]);
        set => value.Write(_bytes[Field.Source..]);
    }

    /// <summary>Destination address.</summary>
    public Ipv4Address Destination
    {
        get => Ipv4Address.Read(_bytes[Field.Destination..]);
        set => value.Write(_bytes[Field.Destination..]);
    }

    /// <summary>The options as they stand, padding included; empty in nearly every packet.</summary>
    public Span<byte> Options => _bytes[MinimumHeaderBytes.._headerBytes];

    /// <summary>What the packet carries, without any padding of the frame; of a truncated packet, what is there of it.</summary>
    public Span<byte> Payload => _bytes[_headerBytes..];

    private ushort FragmentWord
    {
        get => BigEndian.Read16(_bytes, Field.Fragment);
        set => BigEndian.Write16(_bytes, Field.Fragment, value);
    }

    /// <summary>Looks at bytes as a whole packet. More bytes may follow: Ethernet pads short frames.</summary>
    /// <returns>False if version or header length is wrong, or the packet is not there to its end.</returns>
    public static bool TryParse(Span<byte> bytes, out Ipv4Packet packet)
    {
        if (TryParseTruncated(bytes, out packet) && !packet.IsTruncated)
        {
            return true;
        }

        packet = default;
        return false;
    }

    /// <summary>As <see cref="TryParse"/>, but only the header must be there: for the first segment of a chain, and what an ICMP error quotes.</summary>
    public static bool TryParseTruncated(Span<byte> bytes, out Ipv4Packet packet)
    {
        packet = default;
        if (bytes.Length < MinimumHeaderBytes || bytes[Field.VersionAndHeaderLength] >> 4 != Version)
        {
            return false;
        }

        int headerBytes = (bytes[Field.VersionAndHeaderLength] & 0xF) * 4;
        int totalBytes = BigEndian.Read16(bytes, Field.TotalBytes);
        if (headerBytes < MinimumHeaderBytes || headerBytes > bytes.Length || totalBytes < headerBytes)
        {
            return false;
        }

        packet = new Ipv4Packet(bytes[..Math.Min(totalBytes, bytes.Length)], headerBytes);
        return true;
    }

    /// <summary>Writes a header without options, its checksum included: no fragment, time to live 64, all else zero.</summary>
    /// <param name="bytes">Room for header and payload.</param>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="protocol">What the packet carries.</param>
    /// <param name="payloadBytes">Bytes behind the header.</param>
    /// <param name="packet">The packet: header and payload.</param>
    /// <returns>False, with nothing written, if there is no room.</returns>
    public static bool TryWrite(
        Span<byte> bytes, Ipv4Address source, Ipv4Address destination, IpProtocol protocol, int payloadBytes, out Ipv4Packet packet)
    {
        packet = default;
        int room = Math.Min(bytes.Length, MaximumBytes) - MinimumHeaderBytes;
        if (payloadBytes < 0 || payloadBytes > room)
        {
            return false;
        }

        packet = new Ipv4Packet(bytes[..(MinimumHeaderBytes + payloadBytes)], MinimumHeaderBytes);
        bytes[..MinimumHeaderBytes].Clear();
        bytes[Field.VersionAndHeaderLength] = (Version << 4) | (MinimumHeaderBytes / 4);
        packet.TotalBytes = MinimumHeaderBytes + payloadBytes;
        packet.TimeToLive = DefaultTimeToLive;
        packet.Protocol = protocol;
        packet.Source = source;
        packet.Destination = destination;
        packet.UpdateHeaderChecksum();
        return true;
    }

    /// <summary>Computes and stores the header's checksum.</summary>
    public void UpdateHeaderChecksum()
    {
        HeaderChecksum = 0;
        HeaderChecksum = InternetChecksum.Compute(_bytes[.._headerBytes]);
    }

    /// <summary>Takes one from the time to live and updates the checksum for it.</summary>
    /// <returns>False, with nothing changed, if the packet must not be forwarded any more: its time to live is one or zero.</returns>
    public bool TryDecrementTimeToLive()
    {
        if (TimeToLive <= 1)
        {
            return false;
        }

        ushort before = BigEndian.Read16(_bytes, Field.TimeToLive);
        TimeToLive--;
        HeaderChecksum = InternetChecksum.Update(HeaderChecksum, before, BigEndian.Read16(_bytes, Field.TimeToLive));
        return true;
    }

    /// <summary>The sum of the pseudo-header of this packet's payload, for the transport's checksum.</summary>
    public uint PseudoHeader() => InternetChecksum.PseudoHeader(Source, Destination, Protocol, Payload.Length);

    private static class Field
    {
        internal const int VersionAndHeaderLength = 0;
        internal const int TrafficClass = 1;
        internal const int TotalBytes = 2;
        internal const int Identification = 4;
        internal const int Fragment = 6;
        internal const int TimeToLive = 8;
        internal const int Protocol = 9;
        internal const int HeaderChecksum = 10;
        internal const int Source = 12;
        internal const int Destination = 16;
    }
}
