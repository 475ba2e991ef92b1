using CsCheck;
using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Wire;

public sealed class ViewTests
{
    [Fact]
    public void Setters_change_their_own_field_only() => Gen.Select(Gen.Byte.Array[64], Gen.UInt).Sample((bytes, value) =>
    {
        bytes[0] = 0x45;
        bytes[2] = 0;
        bytes[3] = 60;
        Assert.True(Ipv4Packet.TryParse(bytes, out Ipv4Packet ip));
        byte[] before = (byte[])bytes.Clone();
        (int dscp, int ecn, bool dont, bool more, int offset) = (ip.Dscp, ip.Ecn, ip.DontFragment, ip.MoreFragments, ip.FragmentOffset);
        ip.Dscp = (int)(value & 63);
        Assert.Equal(((int)(value & 63), ecn), (ip.Dscp, ip.Ecn));
        ip.Ecn = (int)(value >> 6) & 3;
        Assert.Equal(((int)(value & 63), (int)(value >> 6) & 3), (ip.Dscp, ip.Ecn));
        ip.DontFragment = !dont;
        Assert.Equal((!dont, more, offset), (ip.DontFragment, ip.MoreFragments, ip.FragmentOffset));
        ip.MoreFragments = !more;
        Assert.Equal((!dont, !more, offset), (ip.DontFragment, ip.MoreFragments, ip.FragmentOffset));
        ip.FragmentOffset = (int)(value & 0xFFF8);
        Assert.Equal((!dont, !more, (int)(value & 0xFFF8)), (ip.DontFragment, ip.MoreFragments, ip.FragmentOffset));

        // Put back, all is as it was: no setter wrote outside its field.
        (ip.Dscp, ip.Ecn, ip.DontFragment, ip.MoreFragments, ip.FragmentOffset) = (dscp, ecn, dont, more, offset);
        Assert.Equal(before, bytes);
        Ipv6Fields(value);
        VlanFields(value);
        TcpFields(value);
    });

    [Fact]
    public void A_builder_without_room_writes_nothing()
    {
        for (int room = 0; room < 60; room++)
        {
            byte[] bytes = new byte[room];
            bool[] written =
            [
                EthernetFrame.TryWrite(bytes, Frames.Mac1, Frames.Mac2, EtherType.Ipv4, out _) && room < 14,
                VlanTag.TryWrite(bytes, 1, EtherType.Ipv4, out _) && room < 4,
                ArpPacket.TryWrite(bytes, ArpOperation.Reply, Frames.Mac1, Frames.Ip1, Frames.Mac2, Frames.Ip2, out _) && room < 28,
                Ipv4Packet.TryWrite(bytes, Frames.Ip1, Frames.Ip2, IpProtocol.Udp, 1, out _) && room < 21,
                Ipv6Packet.TryWrite(bytes, Frames.Ip61, Frames.Ip62, IpProtocol.Udp, 1, out _) && room < 41,
                Ipv6FragmentHeader.TryWrite(bytes, IpProtocol.Udp, 8, true, 1, out _) && room < 8,
                UdpDatagram.TryWrite(bytes, 1, 2, 1, out _) && room < 9,
                TcpSegment.TryWrite(bytes, 1, 2, 3, 4, TcpFlags.Ack, 5, [1, 1, 1], out _) && room < 24,
                Icmpv4Message.TryWrite(bytes, Icmpv4Type.EchoReply, 0, 0, out _) && room < 8,
                Icmpv6Message.TryWrite(bytes, Icmpv6Type.EchoReply, 0, 0, out _) && room < 8,
            ];
            Assert.DoesNotContain(true, written);
        }

        byte[] large = new byte[70_000];
        Assert.False(Ipv4Packet.TryWrite(large, Frames.Ip1, Frames.Ip2, IpProtocol.Udp, 65516, out _));
        Assert.False(Ipv4Packet.TryWrite(large, Frames.Ip1, Frames.Ip2, IpProtocol.Udp, -1, out _));
        Assert.False(Ipv6Packet.TryWrite(large, Frames.Ip61, Frames.Ip62, IpProtocol.Udp, 65536, out _));
        Assert.False(UdpDatagram.TryWrite(large, 1, 2, 65528, out _));
        Assert.False(TcpSegment.TryWrite(large, 1, 2, 3, 4, TcpFlags.Ack, 5, new byte[41], out _));
        Assert.Equal(-1, large.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Lengths_and_versions_are_checked()
    {
        byte[] frame = Frames.UdpV4([1, 2, 3]);
        Assert.True(Ipv4Packet.TryParse(frame.AsSpan(14), out _));
        Assert.False(Ipv4Packet.TryParse(frame.AsSpan(14, 30), out _));
        Assert.True(Ipv4Packet.TryParseTruncated(frame.AsSpan(14, 30), out Ipv4Packet cut));
        Assert.True(cut.IsTruncated);
        Assert.Equal(10, cut.Payload.Length);
        Assert.False(Ipv6Packet.TryParseTruncated(frame.AsSpan(14), out _));
        Refused(frame, 14, 0x55);
        Refused(frame, 14, 0x44);
        Refused(frame, 14, 0x4F);
        Refused(frame, 17, 19);

        Assert.True(UdpDatagram.TryParse(frame.AsSpan(34), out _));
        Assert.False(UdpDatagram.TryParse(frame.AsSpan(34, 10), out _));
        Assert.True(UdpDatagram.TryParseTruncated(frame.AsSpan(34, 10), out _));
        frame[39] = 7;
        Assert.False(UdpDatagram.TryParseTruncated(frame.AsSpan(34), out _));
    }

    [Fact]
    public void Padding_is_no_part_of_the_packet()
    {
        byte[] frame = Frames.UdpV4([7], padding: 17);
        Assert.True(Ipv4Packet.TryParse(frame.AsSpan(14), out Ipv4Packet ip));
        Assert.Equal(9, ip.Payload.Length);
        Assert.True(UdpDatagram.TryParse(ip.Payload, out UdpDatagram udp));
        Assert.Equal(7, Assert.Single(udp.Payload.ToArray()));
        Assert.True(udp.IsChecksumValid(ip.PseudoHeader()));
        udp.Payload[0]++;
        Assert.False(udp.IsChecksumValid(ip.PseudoHeader()));
    }

    [Fact]
    public void Time_to_live_is_taken_down_with_the_checksum() => Gen.Select(Gen.Byte, Gen.UShort).Sample((ttl, id) =>
    {
        byte[] frame = Frames.UdpV4([1]);
        Assert.True(Ipv4Packet.TryParse(frame.AsSpan(14), out Ipv4Packet ip));
        ip.TimeToLive = ttl;
        ip.Identification = id;
        ip.UpdateHeaderChecksum();
        Assert.Equal(ttl > 1, ip.TryDecrementTimeToLive());
        Assert.Equal(ttl > 1 ? ttl - 1 : ttl, ip.TimeToLive);
        Assert.True(ip.IsHeaderChecksumValid);
    });

    [Fact]
    public void Swapped_addresses_swap_back()
    {
        byte[] frame = Frames.UdpV4([1]);
        byte[] before = (byte[])frame.Clone();
        Assert.True(EthernetFrame.TryParse(frame, out EthernetFrame ethernet));
        ethernet.SwapAddresses();
        Assert.Equal(Frames.Mac1, ethernet.Destination);
        Assert.Equal(Frames.Mac2, ethernet.Source);
        ethernet.SwapAddresses();
        Assert.Equal(before, frame);
    }

    [Fact]
    public void A_pushed_tag_pops_off_again()
    {
        byte[] frame = Frames.TcpV4([1, 2, 3]);
        byte[] tagged = Frames.Tagged(frame, 2);
        Assert.True(VlanTag.TryPop(tagged, out ushort outer));
        Assert.True(VlanTag.TryPop(tagged.AsSpan(4), out ushort inner));
        Assert.Equal(VlanTag.MakeTci(100, 5, true), outer);
        Assert.Equal(VlanTag.MakeTci(101, 5, true), inner);
        Assert.Equal(frame, tagged[8..]);
        Assert.False(VlanTag.TryPop(tagged.AsSpan(8), out _));
    }

    [Fact]
    public void Tcp_options_are_walked()
    {
        Assert.True(TcpSegment.TryParse(Frames.TcpV4([]).AsSpan(34), out TcpSegment tcp));
        List<(TcpOptionKind, int)> seen = [];
        TcpOptionReader reader = new(tcp.Options);
        while (reader.TryRead(out TcpOptionKind kind, out Span<byte> data))
        {
            seen.Add((kind, data.Length));
        }

        Assert.Equal(
            [(TcpOptionKind.MaximumSegmentSize, 2), (TcpOptionKind.SackPermitted, 0), (TcpOptionKind.Timestamps, 8), (TcpOptionKind.WindowScale, 1)],
            seen);
        Assert.False(reader.IsMalformed);
        Assert.True(tcp.TryGetMaximumSegmentSize(out ushort mss));
        Assert.Equal(1460, mss);

        TcpOptionReader bad = new([3, 0, 0, 0]);
        Assert.False(bad.TryRead(out _, out _));
        Assert.True(bad.IsMalformed);
        TcpOptionReader cut = new([1, 8, 10, 0]);
        Assert.False(cut.TryRead(out _, out _));
        Assert.True(cut.IsMalformed);
    }

    [Fact]
    public void Extension_headers_are_walked()
    {
        Assert.True(Ipv6Packet.TryParse(Frames.UdpV6WithExtensions([1]).AsSpan(14), out Ipv6Packet ip));
        Ipv6ExtensionReader reader = ip.Extensions;
        List<(IpProtocol, int)> seen = [];
        while (reader.TryRead(out IpProtocol kind, out Span<byte> header))
        {
            seen.Add((kind, header.Length));
        }

        Assert.Equal(
            [(IpProtocol.HopByHop, 8), (IpProtocol.Routing, 16), (IpProtocol.DestinationOptions, 8), (IpProtocol.AuthenticationHeader, 24)],
            seen);
        Assert.Equal(IpProtocol.Udp, reader.Protocol);
        Assert.True(UdpDatagram.TryParse(reader.Payload, out UdpDatagram udp));
        Assert.True(udp.IsChecksumValid(ip.PseudoHeader(reader.Protocol, reader.Payload.Length)));

        Assert.True(Ipv6Packet.TryParse(Frames.FragmentV6([1], 1480).AsSpan(14), out Ipv6Packet later));
        Ipv6ExtensionReader fragment = later.Extensions;
        Assert.False(fragment.TrySkipAll());
        Assert.True(fragment is { IsFragment: true, IsLaterFragment: true, IsMalformed: false, Protocol: IpProtocol.Udp });
    }

    [Fact]
    public void A_neighbor_solicitation_has_a_target()
    {
        byte[] bytes = new byte[24];
        Assert.True(Icmpv6Message.TryWrite(bytes, Icmpv6Type.NeighborSolicitation, 0, 0, out Icmpv6Message icmp));
        Frames.Ip62.Write(icmp.Payload);
        Assert.True(icmp.TryGetTarget(out Ipv6Address target));
        Assert.Equal(Frames.Ip62, target);
        icmp.Type = Icmpv6Type.EchoRequest;
        Assert.False(icmp.TryGetTarget(out _));
        Assert.True(Icmpv6Message.TryWrite(bytes.AsSpan(0, 23), Icmpv6Type.NeighborSolicitation, 0, 0, out Icmpv6Message tooShort));
        Assert.False(tooShort.TryGetTarget(out _));
    }

    private static void Refused(byte[] frame, int at, byte value)
    {
        byte[] copy = (byte[])frame.Clone();
        copy[at] = value;
        Assert.False(Ipv4Packet.TryParse(copy.AsSpan(14), out _));
        PacketLayers layers = PacketLayers.Parse(copy);
        Assert.Equal(PacketLayerFlags.Malformed, layers.Flags & ~PacketLayerFlags.Truncated);
    }

    private static void Ipv6Fields(uint value)
    {
        Assert.True(Ipv6Packet.TryParse(Frames.UdpV6([1]).AsSpan(14), out Ipv6Packet ip));
        ip.TrafficClass = (byte)value;
        ip.FlowLabel = value;
        Assert.Equal((byte)value, ip.TrafficClass);
        Assert.Equal(value & 0xFFFFF, ip.FlowLabel);
        ip.Dscp = (int)((value >> 8) & 63);
        Assert.Equal((int)((value >> 8) & 63), ip.Dscp);
        Assert.Equal((int)(value & 3), ip.Ecn);
        Assert.Equal(value & 0xFFFFF, ip.FlowLabel);
        Assert.True(ip.TryDecrementHopLimit());
        Assert.Equal(63, ip.HopLimit);
    }

    private static void VlanFields(uint value)
    {
        Assert.True(VlanTag.TryWrite(new byte[4], (ushort)(value >> 16), EtherType.Arp, out VlanTag tag));
        tag.VlanId = (int)(value & 0xFFF);
        tag.Priority = (int)((value >> 12) & 7);
        tag.DropEligible = (value & 0x8000) != 0;
        Assert.Equal(VlanTag.MakeTci((int)(value & 0xFFF), (int)((value >> 12) & 7), (value & 0x8000) != 0), tag.Tci);
        Assert.Equal((int)(value & 0xFFF), tag.VlanId);
        Assert.Equal((int)((value >> 12) & 7), tag.Priority);
        Assert.Equal(EtherType.Arp, tag.EtherType);
    }

    private static void TcpFields(uint value)
    {
        Assert.True(TcpSegment.TryParse(Frames.TcpV4([]).AsSpan(34), out TcpSegment tcp));
        tcp.Flags = (TcpFlags)(value & 0x1FF);
        Assert.Equal((TcpFlags)(value & 0x1FF), tcp.Flags);
        Assert.True(TcpSegment.TryParse(Frames.TcpV4([]).AsSpan(34), out TcpSegment again));
        Assert.Equal(again.HeaderBytes, tcp.HeaderBytes);
        tcp.UrgentPointer = (ushort)value;
        Assert.Equal((ushort)value, tcp.UrgentPointer);
    }
}
