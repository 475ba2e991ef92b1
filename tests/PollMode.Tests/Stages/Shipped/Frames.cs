using System.Net;
using System.Net.NetworkInformation;
using PacketDotNet;

namespace PollMode.Tests.Stages.Shipped;

/// <summary>Frames made by another implementation than ours.</summary>
internal static class Frames
{
    private static readonly PhysicalAddress From = PhysicalAddress.Parse("02-00-00-00-00-0A");
    private static readonly PhysicalAddress To = PhysicalAddress.Parse("02-00-00-00-00-0B");

    internal static byte[] Numbered(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i + 1))];

    internal static byte[] Udp(string source, string destination, ushort sourcePort, ushort destinationPort) =>
        Ip(source, destination, new UdpPacket(sourcePort, destinationPort));

    internal static byte[] Tcp(string source, string destination, ushort sourcePort, ushort destinationPort) =>
        Ip(source, destination, new TcpPacket(sourcePort, destinationPort));

    internal static byte[] Arp() => new EthernetPacket(From, To, EthernetType.Arp)
    {
        PayloadPacket = new ArpPacket(ArpOperation.Request, To, IPAddress.Parse("10.0.0.2"), From, IPAddress.Parse("10.0.0.1")),
    }.Bytes;

    private static byte[] Ip(string source, string destination, PacketDotNet.Packet transport)
    {
        var from = IPAddress.Parse(source);
        var to = IPAddress.Parse(destination);
        bool v4 = from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        IPPacket ip = v4 ? new IPv4Packet(from, to) : new IPv6Packet(from, to);
        ip.PayloadPacket = transport;
        var frame = new EthernetPacket(From, To, v4 ? EthernetType.IPv4 : EthernetType.IPv6) { PayloadPacket = ip };
        frame.UpdateCalculatedValues();
        return frame.Bytes;
    }
}
