using CsCheck;
using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Wire;

public sealed class PacketLayersTests
{
    [Fact]
    public void Udp_over_ipv4_with_padding()
    {
        byte[] frame = Frames.UdpV4([1, 2], padding: 16);
        PacketLayers layers = PacketLayers.Parse(frame);
        Assert.Equal(PacketLayerFlags.Ipv4 | PacketLayerFlags.Ports, layers.Flags);
        Assert.Equal(EtherType.Ipv4, layers.EtherType);
        Assert.Equal(IpProtocol.Udp, layers.Protocol);
        Assert.Equal((14, 34, 42, 44), (layers.L3Offset, layers.L4Offset, layers.PayloadOffset, layers.End));
        Assert.Equal((1234, 53), (layers.SourcePort, layers.DestinationPort));
        Assert.Equal([1, 2], layers.Payload(frame).ToArray());
        Assert.Equal(Frames.Ip1, Ipv4Address.Read(layers.SourceAddress(frame)));
        Assert.Equal(Frames.Ip2, Ipv4Address.Read(layers.DestinationAddress(frame)));
    }

    [Fact]
    public void Tcp_over_ipv6_in_stacked_tags()
    {
        byte[] frame = Frames.Tagged(Frames.TcpV6([1, 2, 3]), 2);
        PacketLayers layers = PacketLayers.Parse(frame);
        Assert.Equal(PacketLayerFlags.Ipv6 | PacketLayerFlags.Ports, layers.Flags);
        Assert.Equal((EtherType.Ipv6, 2, VlanTag.MakeTci(100, 5, true)), (layers.EtherType, layers.VlanTags, layers.VlanTci));
        Assert.Equal((22, 62, 82, 85), (layers.L3Offset, layers.L4Offset, layers.PayloadOffset, layers.End));
        Assert.Equal((40000, 443), (layers.SourcePort, layers.DestinationPort));
        Assert.Equal(Frames.Ip61, Ipv6Address.Read(layers.SourceAddress(frame)));
        Assert.Equal(Frames.Ip62, Ipv6Address.Read(layers.DestinationAddress(frame)));
    }

    [Fact]
    public void The_walk_over_tags_is_bounded()
    {
        PacketLayers deepest = PacketLayers.Parse(Frames.Tagged(Frames.UdpV4([]), PacketLayers.MaximumVlanTags));
        Assert.True(deepest is { IsIpv4: true, HasPorts: true, VlanTags: PacketLayers.MaximumVlanTags });
        PacketLayers tooDeep = PacketLayers.Parse(Frames.Tagged(Frames.UdpV4([]), PacketLayers.MaximumVlanTags + 1));
        Assert.True(tooDeep is { IsIp: false, IsMalformed: false, VlanTags: PacketLayers.MaximumVlanTags, EtherType: EtherType.Vlan });
    }

    [Fact]
    public void The_walk_over_extension_headers_is_bounded()
    {
        PacketLayers layers = PacketLayers.Parse(Frames.UdpV6WithExtensions([1]));
        Assert.Equal(PacketLayerFlags.Ipv6 | PacketLayerFlags.Ports, layers.Flags);
        Assert.Equal((IpProtocol.Udp, 54 + Frames.Extensions.Length, 1234), (layers.Protocol, layers.L4Offset, layers.SourcePort));

        for (int headers = 1; headers <= PacketLayers.MaximumExtensionHeaders + 1; headers++)
        {
            byte[] frame = new byte[54 + (8 * headers) + 8];
            Assert.True(EthernetFrame.TryWrite(frame, Frames.Mac1, Frames.Mac2, EtherType.Ipv6, out EthernetFrame ethernet));
            Assert.True(Ipv6Packet.TryWrite(
                ethernet.Payload, Frames.Ip61, Frames.Ip62, IpProtocol.DestinationOptions, (8 * headers) + 8, out Ipv6Packet ip));
            for (int header = 0; header < headers; header++)
            {
                ip.Payload[8 * header] = (byte)(header == headers - 1 ? IpProtocol.Udp : IpProtocol.DestinationOptions);
            }

            Assert.Equal(headers <= PacketLayers.MaximumExtensionHeaders, PacketLayers.Parse(frame).HasPorts);
            Assert.Equal(headers > PacketLayers.MaximumExtensionHeaders, PacketLayers.Parse(frame).IsMalformed);
        }
    }

    [Fact]
    public void Fragments()
    {
        PacketLayers later = PacketLayers.Parse(Frames.LaterFragmentV4([1]));
        Assert.True(later is { IsIpv4: true, IsFragment: true, IsLaterFragment: true, HasPorts: false, L4Offset: 0, PayloadOffset: 34, Protocol: IpProtocol.Udp });
        PacketLayers first = PacketLayers.Parse(Frames.FragmentV6([1], 0));
        Assert.True(first is { IsIpv6: true, IsFragment: true, IsLaterFragment: false, HasPorts: true, L4Offset: 62, SourcePort: 1234 });
        PacketLayers laterV6 = PacketLayers.Parse(Frames.FragmentV6([1], 8));
        Assert.True(laterV6 is { IsFragment: true, IsLaterFragment: true, HasPorts: false, L4Offset: 0, PayloadOffset: 62, Protocol: IpProtocol.Udp });
    }

    [Fact]
    public void Other_frames()
    {
        PacketLayers arp = PacketLayers.Parse(Frames.Arp());
        Assert.True(arp is { EtherType: EtherType.Arp, L3Offset: 14, L4Offset: 0, IsIp: false, Flags: PacketLayerFlags.None });
        PacketLayers echo = PacketLayers.Parse(Frames.EchoV4([1]));
        Assert.True(echo is { Protocol: IpProtocol.Icmp, L4Offset: 34, PayloadOffset: 42, HasPorts: false, Flags: PacketLayerFlags.Ipv4 });
        Assert.True(PacketLayers.Parse(default).IsMalformed);
    }

    [Fact]
    public void A_frame_cut_anywhere_is_found_as_far_as_it_goes()
    {
        foreach (byte[] frame in Frames.All([1, 2, 3, 4, 5, 6, 7, 8]))
        {
            PacketLayers whole = PacketLayers.Parse(frame);
            for (int length = 0; length < frame.Length; length++)
            {
                PacketLayers cut = PacketLayers.Parse(frame.AsSpan(0, length));
                Assert.True(cut.L3Offset == 0 || cut.L3Offset == whole.L3Offset);
                Assert.True(cut.L4Offset == 0 || cut.L4Offset == whole.L4Offset);
                Assert.True(cut.PayloadOffset <= cut.End && cut.End <= length);
                Assert.Equal(cut.IsIp && length < whole.End, cut.IsTruncated);
                if (whole.HasPorts && length >= whole.PayloadOffset)
                {
                    Assert.True(cut.HasPorts);
                    Assert.Equal((whole.SourcePort, whole.DestinationPort), (cut.SourcePort, cut.DestinationPort));
                }
            }
        }
    }

    [Fact]
    public void Layers_and_views_agree_on_any_bytes() => Mutants.Frames.Sample(frame =>
    {
        PacketLayers layers = PacketLayers.Parse(frame);
        bool isFrame = EthernetFrame.TryParse(frame, out EthernetFrame ethernet);
        Span<byte> rest = isFrame ? ethernet.Payload : default;
        EtherType type = isFrame ? ethernet.EtherType : EtherType.None;
        int tags = 0;
        while (tags < PacketLayers.MaximumVlanTags && VlanTag.IsTag(type) && VlanTag.TryParse(rest, out VlanTag tag))
        {
            type = tag.EtherType;
            rest = tag.Payload;
            tags++;
        }

        Assert.Equal((type, tags), (layers.EtherType, layers.VlanTags));
        bool isIpv4 = Ipv4Packet.TryParseTruncated(rest, out Ipv4Packet ipv4) && type == EtherType.Ipv4;
        bool isIpv6 = Ipv6Packet.TryParseTruncated(rest, out Ipv6Packet ipv6) && type == EtherType.Ipv6;
        Assert.Equal((isIpv4, isIpv6), (layers.IsIpv4, layers.IsIpv6));
        if (isIpv4)
        {
            Assert.Equal(ipv4.IsTruncated, layers.IsTruncated);
            Assert.Equal(ipv4.Protocol, layers.Protocol);
            Assert.Equal(ipv4.IsFragment, layers.IsFragment);
            Assert.Equal(ipv4.FragmentOffset != 0, layers.IsLaterFragment);
            AgreeOnTransport(frame, layers, ipv4.Protocol, ipv4.FragmentOffset == 0, ipv4.Payload);
        }

        if (isIpv6)
        {
            Assert.Equal(ipv6.IsTruncated, layers.IsTruncated);
            Ipv6ExtensionReader reader = ipv6.Extensions;
            int headers = 0;
            while (headers < PacketLayers.MaximumExtensionHeaders && reader.TryRead(out _, out _))
            {
                headers++;
            }

            bool whole = !reader.TryRead(out _, out _) && !reader.IsMalformed;
            if (whole)
            {
                Assert.Equal(reader.Protocol, layers.Protocol);
                Assert.Equal((reader.IsFragment, reader.IsLaterFragment), (layers.IsFragment, layers.IsLaterFragment));
            }

            AgreeOnTransport(frame, layers, reader.Protocol, whole && !reader.IsLaterFragment, reader.Payload);
        }
    }, iter: 50_000);

    private static void AgreeOnTransport(byte[] frame, PacketLayers layers, IpProtocol protocol, bool isThere, Span<byte> bytes)
    {
        switch (protocol)
        {
            case IpProtocol.Tcp:
                bool isTcp = TcpSegment.TryParse(bytes, out TcpSegment tcp) && isThere;
                Assert.Equal(isTcp, layers.HasPorts);
                if (isTcp)
                {
                    Assert.Equal((tcp.SourcePort, tcp.DestinationPort), (layers.SourcePort, layers.DestinationPort));
                    Assert.True(tcp.Payload == layers.Payload(frame));
                }

                break;
            case IpProtocol.Udp:
                Assert.Equal(isThere && bytes.Length >= UdpDatagram.HeaderBytes, layers.HasPorts);
                break;
            case IpProtocol.Icmp:
            case IpProtocol.Icmpv6:
                Assert.Equal(isThere && Icmpv4Message.TryParse(bytes, out _), layers.L4Offset != 0);
                break;
        }

        if (layers.L4Offset != 0)
        {
            Assert.True(bytes == layers.L4(frame));
        }
    }
}
