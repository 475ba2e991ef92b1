using System.Buffers.Binary;
using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Wire;

/// <summary>Real traffic: what the views count in the recording is what tshark counts in it, and every checksum is right.</summary>
public sealed class CaptureTests
{
    private const string Capture = "tests/testdata/mixed.pcap";

    [Fact]
    public void Every_frame_of_the_recording_is_understood()
    {
        byte[] file = Read();
        Dictionary<string, int> counts = [];
        int frames = 0;
        long bytes = 0;
        foreach (byte[] frame in FramesOf(file))
        {
            frames++;
            bytes += frame.Length;
            PacketLayers layers = PacketLayers.Parse(frame);
            Assert.False(layers.IsMalformed || layers.IsTruncated);
            Count(counts, layers.EtherType.ToString());
            Count(counts, !layers.IsIp ? "none" : $"{layers.EtherType} {(layers.IsLaterFragment ? "later" : layers.Protocol)}");
            if (layers.SourcePort == 53 || layers.DestinationPort == 53)
            {
                Count(counts, "DNS");
            }

            CheckSums(frame, layers);
        }

        Assert.Equal((4968, 2_619_700L), (frames, bytes));
        Assert.Equal((2, 3465, 1501), (counts["Arp"], counts["Ipv4"], counts["Ipv6"]));
        Assert.Equal((14, 3137, 306, 8), (counts["Ipv4 Icmp"], counts["Ipv4 Udp"], counts["Ipv4 Tcp"], counts["Ipv4 later"]));
        Assert.Equal((14, 1479, 8), (counts["Ipv6 Icmpv6"], counts["Ipv6 Tcp"], counts["Ipv6 later"]));
        Assert.Equal(12, counts["DNS"]);
    }

    private static void CheckSums(byte[] frame, PacketLayers layers)
    {
        uint pseudo = 0;
        if (layers.IsIpv4)
        {
            Assert.True(Ipv4Packet.TryParse(layers.L3(frame), out Ipv4Packet ip));
            Assert.True(ip.IsHeaderChecksumValid);
            pseudo = ip.PseudoHeader();
        }
        else if (layers.IsIpv6)
        {
            Assert.True(Ipv6Packet.TryParse(layers.L3(frame), out Ipv6Packet ip));
            pseudo = ip.PseudoHeader(layers.Protocol, layers.L4(frame).Length);
        }

        // A fragment's transport checksum covers the fragments that are not here.
        if (!layers.IsIp || layers.IsFragment)
        {
            return;
        }

        Span<byte> transport = layers.L4(frame);
        Assert.True(layers.Protocol switch
        {
            IpProtocol.Tcp => TcpSegment.TryParse(transport, out TcpSegment tcp) && tcp.IsChecksumValid(pseudo),
            IpProtocol.Udp => UdpDatagram.TryParse(transport, out UdpDatagram udp) && udp.IsChecksumValid(pseudo),
            IpProtocol.Icmp => Icmpv4Message.TryParse(transport, out Icmpv4Message icmp) && icmp.IsChecksumValid,
            IpProtocol.Icmpv6 => Icmpv6Message.TryParse(transport, out Icmpv6Message icmp) && icmp.IsChecksumValid(pseudo),
            _ => false,
        });
    }

    private static void Count(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static IEnumerable<byte[]> FramesOf(byte[] file)
    {
        for (int at = 24; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            yield return file[(at + 16)..(at + 16 + length)];
            at += 16 + length;
        }
    }

    private static byte[] Read()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder != null && !File.Exists(Path.Combine(folder.FullName, Capture)))
        {
            folder = folder.Parent;
        }

        Assert.SkipUnless(folder != null, $"needs the recording {Capture}");
        return File.ReadAllBytes(Path.Combine(folder!.FullName, Capture));
    }
}
