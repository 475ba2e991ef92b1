using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PollMode.Linux;
using PollMode.Testing;
using PollMode.Wire;
using Xunit;

namespace PollMode.Drivers.Tap.Tests;

/// <summary>A large UDP datagram sent to the kernel, which cuts it: the sockets of a program get what a device would have sent.</summary>
public sealed class TapSegmentTests
{
    private const int HeaderBytes = 42;
    private const int PieceBytes = 1000;

    [Theory]
    [InlineData(2048)]
    [InlineData(300)]
    public void A_large_datagram_arrives_in_pieces(int partBytes)
    {
        HostRights.NeedNamespaces();
        using var space = new HostNamespace("u");
        space.Silence();
        var memory = new PoolHarness();
        using (IPort port = TestPorts.Open(new DriverRegistry().Add(new TapDriver()), $"tap:tap0,netns={space.Name}", TestPorts.Context(memory)))
        {
            space.Ip("addr", "add", "10.9.0.1/24", "dev", "tap0");
            using Socket socket = NetworkNamespace.Run(space.Name, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
            socket.Bind(new IPEndPoint(IPAddress.Parse("10.9.0.1"), 5000));
            socket.ReceiveTimeout = 30_000;
            byte[] frame = Frame(port.Capabilities.MacAddress, (3 * PieceBytes) + 500);
            Packet packet = memory.MakeChain(frame, Math.Min(partBytes, 1900));
            packet.ChecksumStart = 34;
            packet.ChecksumOffset = 6;
            packet.SegmentationBytes = PieceBytes;
            packet.Flags |= PacketFlags.TxChecksumPartial | PacketFlags.SegmentUdp;
            ITxQueue tx = port.OpenTxQueue(0, memory.Pool);
            Assert.Equal(1, tx.Send([packet]));
            Assert.Equal((1, 0, 0), (tx.Counters.Packets, tx.Counters.Errors, tx.Counters.Dropped));
            var arrived = new List<byte>();
            foreach (int expected in new[] { PieceBytes, PieceBytes, PieceBytes, 500 })
            {
                var bytes = new byte[4096];
                int count = socket.Receive(bytes);
                Assert.Equal(expected, count);
                arrived.AddRange(bytes.AsSpan(0, count));
            }

            Assert.Equal(frame[HeaderBytes..], arrived);
        }

        memory.AssertAllHome();
        memory.Dispose();
    }

    /// <summary>From 10.9.0.2 to 10.9.0.1, with the sum of the pseudo-header where the checksum is to be.</summary>
    private static byte[] Frame(ulong mac, int payloadBytes)
    {
        var frame = new byte[HeaderBytes + payloadBytes];
        new Random(payloadBytes).NextBytes(frame.AsSpan(HeaderBytes));
        for (int i = 0; i < 6; i++)
        {
            frame[i] = (byte)(mac >> (40 - (8 * i)));
        }

        frame[6] = 0x02;
        frame[12] = 0x08;
        Span<byte> ip = frame.AsSpan(14);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(frame.Length - 14));
        ip[8] = 64;
        ip[9] = 17;
        IPAddress.Parse("10.9.0.2").GetAddressBytes().CopyTo(ip[12..]);
        IPAddress.Parse("10.9.0.1").GetAddressBytes().CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~InternetChecksum.Sum(ip[..20]));
        Span<byte> udp = frame.AsSpan(34);
        BinaryPrimitives.WriteUInt16BigEndian(udp, 5000);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], 5000);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], (ushort)InternetChecksum.PseudoHeader(new Ipv4Address(0x0A090002), new Ipv4Address(0x0A090001), IpProtocol.Udp, udp.Length));
        return frame;
    }
}
