using CsCheck;
using PollMode.Wire;
using Xunit;
using Oracle = PacketDotNet;

namespace PollMode.Tests.Wire;

/// <summary>What the views write, an independent library reads; and what it writes, the views read.</summary>
public sealed class OracleTests
{
    private static readonly Gen<byte[]> Payload = Gen.Byte.Array[0, 200];

    [Fact]
    public void Udp_over_ipv4() => Payload.Sample(payload =>
    {
        Oracle.Packet packet = Parse(Frames.UdpV4(payload));
        Oracle.EthernetPacket ethernet = packet.Extract<Oracle.EthernetPacket>();
        Oracle.IPv4Packet ip = packet.Extract<Oracle.IPv4Packet>();
        Oracle.UdpPacket udp = packet.Extract<Oracle.UdpPacket>();
        Assert.Equal(Frames.Mac1.ToString().Replace(":", "", StringComparison.Ordinal), ethernet.SourceHardwareAddress.ToString());
        Assert.Equal(Frames.Mac2.ToString().Replace(":", "", StringComparison.Ordinal), ethernet.DestinationHardwareAddress.ToString());
        Assert.Equal(Frames.Ip1.ToIPAddress(), ip.SourceAddress);
        Assert.Equal(Frames.Ip2.ToIPAddress(), ip.DestinationAddress);
        Assert.Equal(64, ip.TimeToLive);
        Assert.Equal(28 + payload.Length, ip.TotalLength);
        Assert.True(ip.ValidIPChecksum);
        Assert.Equal(1234, udp.SourcePort);
        Assert.Equal(53, udp.DestinationPort);
        Assert.Equal(8 + payload.Length, udp.Length);
        Assert.True(udp.ValidUdpChecksum);
        Assert.Equal(payload, udp.PayloadDataSegment.ActualBytes());
    });

    [Fact]
    public void Udp_over_ipv6() => Payload.Sample(payload =>
    {
        Oracle.Packet packet = Parse(Frames.UdpV6(payload));
        Oracle.IPv6Packet ip = packet.Extract<Oracle.IPv6Packet>();
        Assert.Equal(Frames.Ip61.ToIPAddress(), ip.SourceAddress);
        Assert.Equal(Frames.Ip62.ToIPAddress(), ip.DestinationAddress);
        Assert.Equal(64, ip.HopLimit);
        Assert.Equal(8 + payload.Length, ip.PayloadLength);
        Assert.True(packet.Extract<Oracle.UdpPacket>().ValidUdpChecksum);
    });

    [Fact]
    public void Tcp_with_options() => Payload.Sample(payload =>
    {
        Oracle.TcpPacket tcp = Parse(Frames.TcpV4(payload)).Extract<Oracle.TcpPacket>();
        Assert.Equal(40000, tcp.SourcePort);
        Assert.Equal(443, tcp.DestinationPort);
        Assert.Equal(0x01020304u, tcp.SequenceNumber);
        Assert.Equal(0xFFEEDDCCu, tcp.AcknowledgmentNumber);
        Assert.Equal((int)(TcpFlags.Syn | TcpFlags.Ece | TcpFlags.Cwr), tcp.Flags);
        Assert.Equal(64240, tcp.WindowSize);
        Assert.Equal(Frames.SynOptions, tcp.Options);
        Assert.True(tcp.ValidTcpChecksum);
        Assert.True(Parse(Frames.TcpV6(payload)).Extract<Oracle.TcpPacket>().ValidTcpChecksum);
    });

    [Fact]
    public void Icmp_and_arp()
    {
        byte[] payload = [1, 2, 3, 4, 5];
        Oracle.IcmpV4Packet icmp = Parse(Frames.EchoV4(payload)).Extract<Oracle.IcmpV4Packet>();
        Assert.True(icmp.ValidIcmpChecksum);
        Assert.Equal(Oracle.IcmpV4TypeCode.EchoRequest, icmp.TypeCode);
        Assert.Equal(77, icmp.Id);
        Assert.Equal(3, icmp.Sequence);
        Oracle.IcmpV6Packet icmpv6 = Parse(Frames.EchoV6(payload)).Extract<Oracle.IcmpV6Packet>();
        Assert.True(icmpv6.ValidIcmpChecksum);
        Assert.Equal(Oracle.IcmpV6Type.EchoReply, icmpv6.Type);
        Oracle.ArpPacket arp = Parse(Frames.Arp()).Extract<Oracle.ArpPacket>();
        Assert.Equal(Oracle.ArpOperation.Request, arp.Operation);
        Assert.Equal(Frames.Ip1.ToIPAddress(), arp.SenderProtocolAddress);
        Assert.Equal(Frames.Ip2.ToIPAddress(), arp.TargetProtocolAddress);
        Assert.Equal("020000000001", arp.SenderHardwareAddress.ToString());
    }

    [Fact]
    public void A_vlan_tag()
    {
        Oracle.Packet packet = Parse(Frames.Tagged(Frames.UdpV4([1]), 1));
        Oracle.Ieee8021QPacket tag = packet.Extract<Oracle.Ieee8021QPacket>();
        Assert.Equal(100, tag.VlanIdentifier);
        Assert.Equal(5, (int)tag.PriorityControlPoint);
        Assert.True(tag.CanonicalFormatIndicator);
        Assert.Equal(1234, packet.Extract<Oracle.UdpPacket>().SourcePort);
    }

    [Fact]
    public void Fragments_of_the_oracle() => Gen.Select(
        Gen.UShort, Gen.Int[0, 0x1FFF], Gen.Int[0, 7], Gen.Byte, Gen.Int[0, 255]).Sample((id, offset, flags, ttl, tos) =>
    {
        Oracle.IPv4Packet oracle = new(Frames.Ip1.ToIPAddress(), Frames.Ip2.ToIPAddress())
        {
            Id = id,
            FragmentOffset = offset,
            FragmentFlags = (ushort)flags,
            TimeToLive = ttl,
            TypeOfService = tos,
            Protocol = Oracle.ProtocolType.Udp,
            PayloadData = new byte[16],
        };
        oracle.UpdateCalculatedValues();
        oracle.UpdateIPChecksum();
        Assert.True(Ipv4Packet.TryParse(oracle.Bytes, out Ipv4Packet ip));
        Assert.Equal(id, ip.Identification);
        Assert.Equal(offset * 8, ip.FragmentOffset);
        Assert.Equal((flags & 2) != 0, ip.DontFragment);
        Assert.Equal((flags & 1) != 0, ip.MoreFragments);
        Assert.Equal((flags & 1) != 0 || offset != 0, ip.IsFragment);
        Assert.Equal(ttl, ip.TimeToLive);
        Assert.Equal(tos >> 2, ip.Dscp);
        Assert.Equal(tos & 3, ip.Ecn);
        Assert.Equal(IpProtocol.Udp, ip.Protocol);
        Assert.True(ip.IsHeaderChecksumValid);
        Assert.Equal(16, ip.Payload.Length);
    });

    private static Oracle.Packet Parse(byte[] frame) => Oracle.Packet.ParsePacket(Oracle.LinkLayers.Ethernet, frame);
}
