using PollMode.Wire;

namespace PollMode.Tests.Wire;

/// <summary>Frames built by the views themselves, one of each kind, every checksum right.</summary>
internal static class Frames
{
    internal static readonly MacAddress Mac1 = MacAddress.Parse("02:00:00:00:00:01");
    internal static readonly MacAddress Mac2 = MacAddress.Parse("02:00:00:00:00:02");
    internal static readonly Ipv4Address Ip1 = Ipv4Address.Parse("192.0.2.1");
    internal static readonly Ipv4Address Ip2 = Ipv4Address.Parse("198.51.100.2");
    internal static readonly Ipv6Address Ip61 = Ipv6Address.Parse("2001:db8::1");
    internal static readonly Ipv6Address Ip62 = Ipv6Address.Parse("2001:db8:1::2");

    /// <summary>Options of a SYN: MSS 1460, SACK permitted, timestamps, window scale 7.</summary>
    internal static readonly byte[] SynOptions = [2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7];

    /// <summary>Hop-by-hop options, a routing header, destination options and an authentication header, each padded to eight bytes or more.</summary>
    internal static readonly byte[] Extensions =
    [
        43, 0, 1, 4, 0, 0, 0, 0,
        60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        51, 0, 1, 4, 0, 0, 0, 0,
        17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
    ];

    internal static byte[][] All(byte[] payload) =>
    [
        UdpV4(payload), UdpV6(payload), UdpV6WithExtensions(payload), TcpV4(payload), TcpV6(payload), Arp(), EchoV4(payload), EchoV6(payload),
        Tagged(UdpV4(payload), 1), Tagged(TcpV6(payload), 2), Tagged(UdpV4(payload), 5), LaterFragmentV4(payload), FragmentV6(payload, 0), FragmentV6(payload, 1480),
    ];

    internal static byte[] UdpV4(byte[] payload, int padding = 0)
    {
        byte[] frame = new byte[42 + payload.Length + padding];
        _ = EthernetFrame.TryWrite(frame, Mac2, Mac1, EtherType.Ipv4, out EthernetFrame ethernet)
            & Ipv4Packet.TryWrite(ethernet.Payload, Ip1, Ip2, IpProtocol.Udp, 8 + payload.Length, out Ipv4Packet ip)
            & UdpDatagram.TryWrite(ip.Payload, 1234, 53, payload.Length, out UdpDatagram udp);
        payload.CopyTo(udp.Payload);
        udp.UpdateChecksum(ip.PseudoHeader());
        return frame;
    }

    internal static byte[] UdpV6(byte[] payload)
    {
        byte[] frame = new byte[62 + payload.Length];
        _ = EthernetFrame.TryWrite(frame, Mac2, Mac1, EtherType.Ipv6, out EthernetFrame ethernet)
            & Ipv6Packet.TryWrite(ethernet.Payload, Ip61, Ip62, IpProtocol.Udp, 8 + payload.Length, out Ipv6Packet ip)
            & UdpDatagram.TryWrite(ip.Payload, 1234, 53, payload.Length, out UdpDatagram udp);
        payload.CopyTo(udp.Payload);
        udp.UpdateChecksum(ip.PseudoHeader(IpProtocol.Udp, ip.Payload.Length));
        return frame;
    }

    internal static byte[] UdpV6WithExtensions(byte[] payload)
    {
        byte[] frame = new byte[62 + Extensions.Length + payload.Length];
        _ = EthernetFrame.TryWrite(frame, Mac2, Mac1, EtherType.Ipv6, out EthernetFrame ethernet)
            & Ipv6Packet.TryWrite(ethernet.Payload, Ip61, Ip62, IpProtocol.HopByHop, Extensions.Length + 8 + payload.Length, out Ipv6Packet ip)
            & UdpDatagram.TryWrite(ip.Payload[Extensions.Length..], 1234, 53, payload.Length, out UdpDatagram udp);
        Extensions.CopyTo(ip.Payload);
        payload.CopyTo(udp.Payload);
        udp.UpdateChecksum(ip.PseudoHeader(IpProtocol.Udp, 8 + payload.Length));
        return frame;
    }

    internal static byte[] TcpV4(byte[] payload)
    {
        byte[] frame = new byte[34 + 20 + SynOptions.Length + payload.Length];
        _ = EthernetFrame.TryWrite(frame, Mac2, Mac1, EtherType.Ipv4, out EthernetFrame ethernet)
            & Ipv4Packet.TryWrite(ethernet.Payload, Ip1, Ip2, IpProtocol.Tcp, 20 + SynOptions.Length + payload.Length, out Ipv4Packet ip)
            & TcpSegment.TryWrite(ip.Payload, 40000, 443, 0x01020304, 0xFFEEDDCC, TcpFlags.Syn | TcpFlags.Ece | TcpFlags.Cwr, 64240, SynOptions, out TcpSegment tcp);
        payload.CopyTo(tcp.Payload);
        tcp.UpdateChecksum(ip.PseudoHeader());
        return frame;
    }

    internal static byte[] TcpV6(byte[] payload)
    {
        byte[] frame = new byte[54 + 20 + payload.Length];
        _ = EthernetFrame.TryWrite(frame, Mac2, Mac1, EtherType.Ipv6, out EthernetFrame ethernet)
            & Ipv6Packet.TryWrite(ethernet.Payload, Ip61, Ip62, IpProtocol.Tcp, 20 + payload.Length, out Ipv6Packet ip)
            & TcpSegment.TryWrite(ip.Payload, 40000, 443, 1, 2, TcpFlags.Ack | TcpFlags.Psh, 501, default, out TcpSegment tcp);
        payload.CopyTo(tcp.Payload);
        tcp.UpdateChecksum(ip.PseudoHeader(IpProtocol.Tcp, ip.Payload.Length));
        return frame;
    }

    internal static byte[] Arp()
    {
        byte[] frame = new byte[60];
        _ = EthernetFrame.TryWrite(frame, MacAddress.Broadcast, Mac1, EtherType.Arp, out EthernetFrame ethernet)
            & ArpPacket.TryWrite(ethernet.Payload, ArpOperation.Request, Mac1, Ip1, default, Ip2, out _);
        return frame;
    }

    internal static byte[] EchoV4(byte[] payload)
    {
        byte[] frame = new byte[42 + payload.Length];
        _ = EthernetFrame.TryWrite(frame, Mac2, Mac1, EtherType.Ipv4, out EthernetFrame ethernet)
            & Ipv4Packet.TryWrite(ethernet.Payload, Ip1, Ip2, IpProtocol.Icmp, 8 + payload.Length, out Ipv4Packet ip)
            & Icmpv4Message.TryWriteEcho(ip.Payload, Icmpv4Type.EchoRequest, 77, 3, out Icmpv4Message icmp);
        payload.CopyTo(icmp.Payload);
        icmp.UpdateChecksum();
        return frame;
    }

    internal static byte[] EchoV6(byte[] payload)
    {
        byte[] frame = new byte[62 + payload.Length];
        _ = EthernetFrame.TryWrite(frame, Mac2, Mac1, EtherType.Ipv6, out EthernetFrame ethernet)
            & Ipv6Packet.TryWrite(ethernet.Payload, Ip61, Ip62, IpProtocol.Icmpv6, 8 + payload.Length, out Ipv6Packet ip)
            & Icmpv6Message.TryWriteEcho(ip.Payload, Icmpv6Type.EchoReply, 77, 3, out Icmpv6Message icmp);
        payload.CopyTo(icmp.Payload);
        icmp.UpdateChecksum(ip.PseudoHeader(IpProtocol.Icmpv6, ip.Payload.Length));
        return frame;
    }

    internal static byte[] LaterFragmentV4(byte[] payload)
    {
        byte[] frame = UdpV4(payload);
        _ = Ipv4Packet.TryParse(frame.AsSpan(14), out Ipv4Packet ip);
        ip.FragmentOffset = 1480;
        ip.MoreFragments = true;
        ip.UpdateHeaderChecksum();
        return frame;
    }

    internal static byte[] FragmentV6(byte[] payload, int offset)
    {
        byte[] frame = new byte[70 + payload.Length];
        _ = EthernetFrame.TryWrite(frame, Mac2, Mac1, EtherType.Ipv6, out EthernetFrame ethernet)
            & Ipv6Packet.TryWrite(ethernet.Payload, Ip61, Ip62, IpProtocol.Fragment, 16 + payload.Length, out Ipv6Packet ip)
            & Ipv6FragmentHeader.TryWrite(ip.Payload, IpProtocol.Udp, offset, true, 0xCAFE, out _)
            & UdpDatagram.TryWrite(ip.Payload[8..], 1234, 53, payload.Length, out UdpDatagram udp);
        payload.CopyTo(udp.Payload);
        return frame;
    }

    /// <summary>Puts tags in front of a frame: the outermost a service tag if there is more than one, VLAN identifiers from 100 on, outside first.</summary>
    internal static byte[] Tagged(byte[] frame, int tags)
    {
        for (int tag = tags - 1; tag >= 0; tag--)
        {
            byte[] tagged = new byte[frame.Length + VlanTag.HeaderBytes];
            frame.CopyTo(tagged, VlanTag.HeaderBytes);
            _ = VlanTag.TryPush(tagged, tag == 0 && tags > 1 ? EtherType.ServiceVlan : EtherType.Vlan, VlanTag.MakeTci(100 + tag, 5, true));
            frame = tagged;
        }

        return frame;
    }
}
