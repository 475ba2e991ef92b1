using PollMode.Wire;

namespace PollMode.Tests.Wire;

/// <summary>Takes bytes for every kind of header in turn and, where a view accepts them, reads all it offers.</summary>
internal static class TouchAll
{
    internal static long Layers(byte[] frame)
    {
        PacketLayers layers = PacketLayers.Parse(frame);
        return (long)layers.Flags + (int)layers.EtherType + layers.VlanTags + layers.VlanTci + (int)layers.Protocol + layers.SourcePort + layers.DestinationPort
            + Sum(layers.L3(frame)) + Sum(layers.L4(frame)) + Sum(layers.Payload(frame)) + Sum(layers.SourceAddress(frame)) + Sum(layers.DestinationAddress(frame));
    }

    internal static long Views(Span<byte> bytes)
    {
        long sum = 0;
        if (EthernetFrame.TryParse(bytes, out EthernetFrame ethernet))
        {
            sum += (long)ethernet.Destination.Value + (long)ethernet.Source.Value + (int)ethernet.EtherType + Sum(ethernet.Payload) + (ethernet.HasLength ? 1 : 0);
        }

        if (VlanTag.TryParse(bytes, out VlanTag tag))
        {
            sum += tag.Tci + tag.VlanId + tag.Priority + (tag.DropEligible ? 1 : 0) + (int)tag.EtherType + Sum(tag.Payload);
        }

        if (ArpPacket.TryParse(bytes, out ArpPacket arp))
        {
            sum += (int)arp.Operation + (long)arp.SenderMac.Value + arp.SenderIp.Value + (long)arp.TargetMac.Value + arp.TargetIp.Value;
        }

        return sum + Ipv4(bytes) + Ipv6(bytes) + Transports(bytes);
    }

    private static long Ipv4(Span<byte> bytes)
    {
        if (!Ipv4Packet.TryParseTruncated(bytes, out Ipv4Packet ip))
        {
            return 0;
        }

        bool whole = Ipv4Packet.TryParse(bytes, out Ipv4Packet checkedWhole);
        return ip.HeaderBytes + ip.TotalBytes + ip.Dscp + ip.Ecn + ip.Identification + ip.FragmentOffset + ip.TimeToLive + (int)ip.Protocol + ip.HeaderChecksum
            + ip.Source.Value + ip.Destination.Value + Sum(ip.Options) + Sum(ip.Payload) + ip.PseudoHeader() + (ip.IsHeaderChecksumValid ? 1 : 0)
            + (ip.DontFragment || ip.MoreFragments || ip.IsFragment ? 1 : 0) + (whole ? Sum(checkedWhole.Payload) : 0);
    }

    private static long Ipv6(Span<byte> bytes)
    {
        if (!Ipv6Packet.TryParseTruncated(bytes, out Ipv6Packet ip))
        {
            return 0;
        }

        long sum = ip.TrafficClass + ip.Dscp + ip.Ecn + ip.FlowLabel + ip.PayloadBytes + (int)ip.NextHeader + ip.HopLimit + Sum(ip.Payload);
        sum += (long)(ulong)ip.Source.Value + (long)(ulong)ip.Destination.Value + ip.PseudoHeader(IpProtocol.Udp, ip.Payload.Length);
        Ipv6ExtensionReader reader = ip.Extensions;
        while (reader.TryRead(out IpProtocol kind, out Span<byte> header))
        {
            sum += (int)kind + Sum(header);
            if (Ipv6FragmentHeader.TryParse(header, out Ipv6FragmentHeader fragment))
            {
                sum += (int)fragment.NextHeader + fragment.FragmentOffset + fragment.Identification + (fragment.MoreFragments ? 1 : 0);
            }
        }

        return sum + (int)reader.Protocol + Sum(reader.Payload);
    }

    private static long Transports(Span<byte> bytes)
    {
        long sum = 0;
        if (UdpDatagram.TryParseTruncated(bytes, out UdpDatagram udp))
        {
            sum += udp.SourcePort + udp.DestinationPort + udp.TotalBytes + udp.Checksum + Sum(udp.Payload) + (udp.IsChecksumValid(1) ? 1 : 0);
        }

        if (TcpSegment.TryParse(bytes, out TcpSegment tcp))
        {
            sum += tcp.SourcePort + tcp.DestinationPort + tcp.SequenceNumber + tcp.AcknowledgementNumber + (int)tcp.Flags + tcp.Window + tcp.Checksum;
            sum += tcp.UrgentPointer + Sum(tcp.Options) + Sum(tcp.Payload) + (tcp.IsChecksumValid(1) ? 1 : 0);
            sum += tcp.TryGetMaximumSegmentSize(out ushort mss) ? mss : 0;
            TcpOptionReader reader = new(tcp.Options);
            while (reader.TryRead(out TcpOptionKind kind, out Span<byte> data))
            {
                sum += (int)kind + Sum(data);
            }
        }

        if (Icmpv4Message.TryParse(bytes, out Icmpv4Message icmp))
        {
            sum += (int)icmp.Type + icmp.Code + icmp.Checksum + icmp.RestOfHeader + icmp.Identifier + icmp.SequenceNumber + Sum(icmp.Payload) + (icmp.IsChecksumValid ? 1 : 0);
        }

        if (Icmpv6Message.TryParse(bytes, out Icmpv6Message icmpv6))
        {
            sum += (int)icmpv6.Type + icmpv6.Code + icmpv6.Checksum + icmpv6.RestOfHeader + Sum(icmpv6.Payload) + (icmpv6.IsChecksumValid(1) ? 1 : 0);
            sum += icmpv6.TryGetTarget(out Ipv6Address target) ? (long)(ulong)target.Value : 0;
        }

        return sum;
    }

    private static long Sum(ReadOnlySpan<byte> bytes) => bytes.Length == 0 ? 0 : bytes.Length + bytes[0] + bytes[^1];
}
