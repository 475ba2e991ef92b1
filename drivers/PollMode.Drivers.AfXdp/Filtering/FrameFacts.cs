using System.Buffers.Binary;

namespace PollMode.Drivers.AfXdp.Filtering;

/// <summary>
/// What a filter knows about a frame. The BPF program of <see cref="FilterCompiler"/> finds the same facts by the same steps; a change
/// here is a change there. A field that the frame does not have, or that lies behind its end, is <see cref="Absent"/>.
/// </summary>
/// <remarks>
/// IEEE 802.1Q and 802.1ad (two tags at most), RFC 791 (fragments other than the first have no ports), RFC 8200 (up to
/// <see cref="ExtensionHeaderLimit"/> extension headers), RFC 4302 (authentication header).
/// </remarks>
internal struct FrameFacts
{
    /// <summary>The value of a field that is not there. As an unsigned word it is above every range.</summary>
    internal const int Absent = -1;

    /// <summary>IPv6 extension headers that are looked behind; a frame with more of them has no known protocol.</summary>
    internal const int ExtensionHeaderLimit = 6;

    internal const int Ethernet = 14;
    internal const int Tag = 4;
    internal const int VlanTag = 0x8100;
    internal const int ServiceTag = 0x88a8;
    internal const int Ipv4 = 0x0800;
    internal const int Ipv6 = 0x86dd;

    internal int EtherType;
    internal int Vlan;
    internal int Version;
    internal int Protocol;
    internal int Icmp6Type;
    internal int SourcePort;
    internal int DestinationPort;
    internal UInt128 Source;
    internal UInt128 Destination;

    /// <summary>Looks into a frame. Any bytes are allowed.</summary>
    internal static FrameFacts Of(ReadOnlySpan<byte> frame)
    {
        var facts = new FrameFacts
        {
            EtherType = Absent,
            Vlan = Absent,
            Version = Absent,
            Protocol = Absent,
            Icmp6Type = Absent,
            SourcePort = Absent,
            DestinationPort = Absent,
        };
        facts.ReadEthernet(frame);
        return facts;
    }

    /// <summary>Whether a protocol has ports in its first four bytes: TCP, UDP, SCTP, UDP-Lite.</summary>
    internal static bool HasPorts(int protocol) => protocol is 6 or 17 or 132 or 136;

    private void ReadEthernet(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Ethernet)
        {
            return;
        }

        int type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        ReadOnlySpan<byte> rest = frame[Ethernet..];
        for (int tags = 0; tags < 2 && type is VlanTag or ServiceTag; tags++)
        {
            if (rest.Length < Tag)
            {
                return;
            }

            if (tags == 0)
            {
                Vlan = BinaryPrimitives.ReadUInt16BigEndian(rest) & 0xfff;
            }

            type = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            rest = rest[Tag..];
        }

        EtherType = type;
        if (type == Ipv4)
        {
            ReadIpv4(rest);
        }
        else if (type == Ipv6)
        {
            ReadIpv6(rest);
        }
    }

    private void ReadIpv4(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 20 || packet[0] >> 4 != 4 || (packet[0] & 15) < 5)
        {
            return;
        }

        Version = 4;
        Protocol = packet[9];
        Source = BinaryPrimitives.ReadUInt32BigEndian(packet[12..]);
        Destination = BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        int headerBytes = (packet[0] & 15) * 4;
        if ((BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1fff) == 0 && packet.Length >= headerBytes)
        {
            ReadTransport(packet[headerBytes..]);
        }
    }

    private void ReadIpv6(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 40 || packet[0] >> 4 != 6)
        {
            return;
        }

        Version = 6;
        Source = BinaryPrimitives.ReadUInt128BigEndian(packet[8..]);
        Destination = BinaryPrimitives.ReadUInt128BigEndian(packet[24..]);
        int next = packet[6];
        ReadOnlySpan<byte> rest = packet[40..];
        for (int i = 0; i < ExtensionHeaderLimit; i++)
        {
            if (next is not (0 or 43 or 44 or 51 or 60))
            {
                break;
            }

            if (rest.Length < 8)
            {
                return;
            }

            int current = next;
            next = rest[0];
            if (current == 44)
            {
                bool first = (BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) & 0xfff8) == 0;
                rest = rest[8..];
                if (!first)
                {
                    Protocol = next;
                    return;
                }

                continue;
            }

            int bytes = current == 51 ? (rest[1] + 2) * 4 : (rest[1] + 1) * 8;
            if (rest.Length < bytes)
            {
                // Whatever the next header is, it has no byte here: it is known by name, as it would be with its header cut off.
                rest = default;
                continue;
            }

            rest = rest[bytes..];
        }

        if (next is 0 or 43 or 44 or 51 or 60)
        {
            return;
        }

        Protocol = next;
        ReadTransport(rest);
    }

    private void ReadTransport(ReadOnlySpan<byte> segment)
    {
        if (HasPorts(Protocol) && segment.Length >= 4)
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(segment);
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
        }
        else if (Protocol == 58 && segment.Length >= 1)
        {
            Icmp6Type = segment[0];
        }
    }
}
