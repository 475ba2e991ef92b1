using System.Runtime.CompilerServices;

namespace PollMode.Wire;

/// <summary>
/// Where the layers of an Ethernet frame begin, and what filters, flows and generators ask of them: found in one pass over the headers.
/// Any bytes may be parsed; nothing is thrown or allocated. Offsets are counted from the frame's first byte; zero means that the layer is not there.
/// </summary>
/// <remarks>
/// A layer is found if its fixed header is whole and makes sense, and lies inside the IP packet (a frame's padding is no part of it). Checksums
/// and UDP's length field are not looked at. The packet may go on behind the bytes at hand. The walk is bounded, by <see cref="MaximumVlanTags"/> and
/// <see cref="MaximumExtensionHeaders"/>, so that a program in the kernel, which must be, can come to the same verdict.
/// </remarks>
public readonly struct PacketLayers
{
    /// <summary>Tags passed over. Behind them <see cref="EtherType"/> may say that another follows.</summary>
    public const int MaximumVlanTags = 4;

    /// <summary>IPv6 extension headers passed over. Behind them <see cref="Protocol"/> may say that another follows.</summary>
    public const int MaximumExtensionHeaders = 8;

    private readonly int _end;
    private readonly ushort _l3Offset;
    private readonly ushort _l4Offset;
    private readonly ushort _payloadOffset;
    private readonly ushort _etherType;
    private readonly ushort _vlanTci;
    private readonly ushort _sourcePort;
    private readonly ushort _destinationPort;
    private readonly byte _vlanTags;
    private readonly byte _protocol;
    private readonly PacketLayerFlags _flags;

    private PacketLayers(ReadOnlySpan<byte> frame)
    {
        _end = frame.Length;
        if (frame.Length < EthernetFrame.HeaderBytes)
        {
            _flags = PacketLayerFlags.Malformed;
            return;
        }

        int offset = EthernetFrame.HeaderBytes;
        _etherType = BigEndian.Read16(frame, offset - sizeof(ushort));
        while (VlanTag.IsTag((EtherType)_etherType) && _vlanTags < MaximumVlanTags)
        {
            if (frame.Length - offset < VlanTag.HeaderBytes)
            {
                _payloadOffset = (ushort)offset;
                _flags = PacketLayerFlags.Malformed;
                return;
            }

            _vlanTci = _vlanTags == 0 ? BigEndian.Read16(frame, offset) : _vlanTci;
            _etherType = BigEndian.Read16(frame, offset + sizeof(ushort));
            _vlanTags++;
            offset += VlanTag.HeaderBytes;
        }

        // Offsets stay far below 64 KiB: 30 bytes of Ethernet, 40 of IPv6, eight extension headers of at most 2048 bytes, 60 of TCP.
        _payloadOffset = (ushort)offset;
        int transport;
        bool whole;
        switch ((EtherType)_etherType)
        {
            case EtherType.Ipv4:
                whole = TryIpv4(frame, offset, out transport, ref _end, ref _protocol, ref _flags);
                break;
            case EtherType.Ipv6:
                whole = TryIpv6(frame, offset, out transport, ref _end, ref _protocol, ref _flags);
                break;
            default:
                // ARP and the rest: a layer that begins here, and of which no more is known.
                _l3Offset = (ushort)(offset < frame.Length ? offset : 0);
                return;
        }

        if ((_flags & (PacketLayerFlags.Ipv4 | PacketLayerFlags.Ipv6)) == 0)
        {
            return;
        }

        _l3Offset = (ushort)offset;
        _payloadOffset = (ushort)transport;
        if (!whole || (_flags & PacketLayerFlags.LaterFragment) != 0)
        {
            return;
        }

        int headerBytes = TransportHeaderBytes(frame[transport.._end], (IpProtocol)_protocol);
        if (headerBytes < 0)
        {
            _flags |= PacketLayerFlags.Malformed;
            return;
        }

        _l4Offset = (ushort)(transport < _end ? transport : 0);
        _payloadOffset = (ushort)(transport + headerBytes);
        if ((IpProtocol)_protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Sctp or IpProtocol.UdpLite)
        {
            _sourcePort = BigEndian.Read16(frame, transport);
            _destinationPort = BigEndian.Read16(frame, transport + sizeof(ushort));
            _flags |= PacketLayerFlags.Ports;
        }
    }

    /// <summary>What was found out.</summary>
    public PacketLayerFlags Flags => _flags;

    /// <summary>What the frame carries behind all VLAN tags.</summary>
    public EtherType EtherType => (EtherType)_etherType;

    /// <summary>VLAN tags in the frame, at most <see cref="MaximumVlanTags"/>. A tag that the device took out is not among them.</summary>
    public int VlanTags => _vlanTags;

    /// <summary>Tag control information of the outermost tag; zero without one.</summary>
    public ushort VlanTci => _vlanTci;

    /// <summary>Offset of what the frame carries, such as an IP header; zero if there is none, or it makes no sense.</summary>
    public int L3Offset => _l3Offset;

    /// <summary>Offset of what an IP packet carries, behind options and extension headers; zero if there is none, or it makes no sense.</summary>
    public int L4Offset => _l4Offset;

    /// <summary>Offset behind the last header that was found: behind a TCP, UDP or ICMP header, if there is one.</summary>
    public int PayloadOffset => _payloadOffset;

    /// <summary>Offset behind the last byte of the IP packet, without padding; of other frames, their length.</summary>
    public int End => _end;

    /// <summary>What an IP packet carries; of no meaning unless <see cref="IsIp"/>. In later fragments, what the first one starts with.</summary>
    public IpProtocol Protocol => (IpProtocol)_protocol;

    /// <summary>Source port of TCP, UDP, UDP-Lite and SCTP; zero unless <see cref="HasPorts"/>.</summary>
    public ushort SourcePort => _sourcePort;

    /// <summary>Destination port of TCP, UDP, UDP-Lite and SCTP; zero unless <see cref="HasPorts"/>.</summary>
    public ushort DestinationPort => _destinationPort;

    /// <summary>Whether the frame holds an IPv4 packet whose header is right.</summary>
    public bool IsIpv4 => (_flags & PacketLayerFlags.Ipv4) != 0;

    /// <summary>Whether the frame holds an IPv6 packet whose header is right.</summary>
    public bool IsIpv6 => (_flags & PacketLayerFlags.Ipv6) != 0;

    /// <summary>Whether the frame holds an IP packet whose header is right.</summary>
    public bool IsIp => (_flags & (PacketLayerFlags.Ipv4 | PacketLayerFlags.Ipv6)) != 0;

    /// <summary>Whether the IP packet is a fragment, the first or a later one.</summary>
    public bool IsFragment => (_flags & PacketLayerFlags.Fragment) != 0;

    /// <summary>Whether the IP packet is a fragment but not the first, and so has no transport header.</summary>
    public bool IsLaterFragment => (_flags & PacketLayerFlags.LaterFragment) != 0;

    /// <summary>Whether the ports are known.</summary>
    public bool HasPorts => (_flags & PacketLayerFlags.Ports) != 0;

    /// <summary>Whether the IP packet goes on behind the bytes at hand.</summary>
    public bool IsTruncated => (_flags & PacketLayerFlags.Truncated) != 0;

    /// <summary>Whether a header does not fit or contradicts itself.</summary>
    public bool IsMalformed => (_flags & PacketLayerFlags.Malformed) != 0;

    /// <summary>Finds the layers of a frame. Borrows the bytes for the call.</summary>
    public static PacketLayers Parse(ReadOnlySpan<byte> frame) => new(frame);

    /// <summary>The source address as it stands in the frame that was parsed: four bytes, sixteen, or none if there is no IP packet.</summary>
    public ReadOnlySpan<byte> SourceAddress(ReadOnlySpan<byte> frame) =>
        IsIpv4 ? frame.Slice(_l3Offset + 12, Ipv4Address.Bytes) : IsIpv6 ? frame.Slice(_l3Offset + 8, Ipv6Address.Bytes) : default;

    /// <summary>The destination address as it stands in the frame that was parsed: four bytes, sixteen, or none if there is no IP packet.</summary>
    public ReadOnlySpan<byte> DestinationAddress(ReadOnlySpan<byte> frame) =>
        IsIpv4 ? frame.Slice(_l3Offset + 16, Ipv4Address.Bytes) : IsIpv6 ? frame.Slice(_l3Offset + 24, Ipv6Address.Bytes) : default;

    /// <summary>The IP packet, or what else the frame carries, to be given to a view; empty if there is none.</summary>
    public Span<byte> L3(Span<byte> frame) => _l3Offset == 0 ? default : frame[_l3Offset.._end];

    /// <summary>What the IP packet carries, to be given to a view; empty if there is none.</summary>
    public Span<byte> L4(Span<byte> frame) => _l4Offset == 0 ? default : frame[_l4Offset.._end];

    /// <summary>The bytes behind the last header that was found, without padding.</summary>
    public Span<byte> Payload(Span<byte> frame) => frame[_payloadOffset.._end];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryIpv4(
        ReadOnlySpan<byte> frame, int offset, out int transport, ref int end, ref byte protocol, ref PacketLayerFlags flags)
    {
        transport = offset;
        ReadOnlySpan<byte> bytes = frame[offset..];
        int headerBytes = bytes.Length < Ipv4Packet.MinimumHeaderBytes ? 0 : (bytes[0] & 0xF) * 4;
        if (headerBytes < Ipv4Packet.MinimumHeaderBytes || headerBytes > bytes.Length || bytes[0] >> 4 != 4)
        {
            flags |= PacketLayerFlags.Malformed;
            return false;
        }

        int totalBytes = BigEndian.Read16(bytes, 2);
        if (totalBytes < headerBytes)
        {
            flags |= PacketLayerFlags.Malformed;
            return false;
        }

        SetEnd(bytes.Length, offset, totalBytes, ref end, ref flags);
        flags |= PacketLayerFlags.Ipv4;
        protocol = bytes[9];
        transport = offset + headerBytes;
        int fragment = BigEndian.Read16(bytes, 6);
        if ((fragment & 0x3FFF) != 0)
        {
            flags |= (fragment & 0x1FFF) == 0 ? PacketLayerFlags.Fragment : PacketLayerFlags.Fragment | PacketLayerFlags.LaterFragment;
        }

        return true;
    }

    private static bool TryIpv6(
        ReadOnlySpan<byte> frame, int offset, out int transport, ref int end, ref byte protocol, ref PacketLayerFlags flags)
    {
        transport = offset;
        ReadOnlySpan<byte> bytes = frame[offset..];
        if (bytes.Length < Ipv6Packet.HeaderBytes || bytes[0] >> 4 != 6)
        {
            flags |= PacketLayerFlags.Malformed;
            return false;
        }

        SetEnd(bytes.Length, offset, Ipv6Packet.HeaderBytes + BigEndian.Read16(bytes, 4), ref end, ref flags);
        flags |= PacketLayerFlags.Ipv6;
        protocol = bytes[6];
        transport = offset + Ipv6Packet.HeaderBytes;
        for (int count = 0; Ipv6ExtensionReader.IsExtension((IpProtocol)protocol); count++)
        {
            ReadOnlySpan<byte> rest = frame[transport..end];
            int length = Ipv6ExtensionReader.HeaderLength((IpProtocol)protocol, rest);
            if (length == 0 || count == MaximumExtensionHeaders)
            {
                flags |= PacketLayerFlags.Malformed;
                return false;
            }

            bool isFragmentHeader = (IpProtocol)protocol == IpProtocol.Fragment;
            protocol = rest[0];
            transport += length;
            if (!isFragmentHeader)
            {
                continue;
            }

            int fragment = BigEndian.Read16(rest, 2);
            flags |= (fragment & 0xFFF9) != 0 ? PacketLayerFlags.Fragment : PacketLayerFlags.None;
            if ((fragment & 0xFFF8) != 0)
            {
                flags |= PacketLayerFlags.LaterFragment;
                break;
            }
        }

        return true;
    }

    private static void SetEnd(int available, int offset, int totalBytes, ref int end, ref PacketLayerFlags flags)
    {
        flags |= totalBytes > available ? PacketLayerFlags.Truncated : PacketLayerFlags.None;
        end = offset + Math.Min(totalBytes, available);
    }

    /// <summary>Bytes of the transport header, zero for protocols not known here, -1 if it does not fit or makes no sense.</summary>
    private static int TransportHeaderBytes(ReadOnlySpan<byte> bytes, IpProtocol protocol)
    {
        int fixedBytes = protocol switch
        {
            IpProtocol.Tcp => TcpSegment.MinimumHeaderBytes,
            IpProtocol.Udp or IpProtocol.UdpLite => UdpDatagram.HeaderBytes,
            IpProtocol.Icmp or IpProtocol.Icmpv6 => Icmpv4Message.HeaderBytes,
            IpProtocol.Sctp => 12,
            _ => 0,
        };
        if (bytes.Length < fixedBytes)
        {
            return -1;
        }

        if (protocol != IpProtocol.Tcp)
        {
            return fixedBytes;
        }

        int headerBytes = (bytes[12] >> 4) * 4;
        return headerBytes < TcpSegment.MinimumHeaderBytes || headerBytes > bytes.Length ? -1 : headerBytes;
    }
}
