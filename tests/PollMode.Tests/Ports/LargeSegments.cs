using System.Buffers.Binary;
using PollMode.Tests.Wire;
using PollMode.Wire;
using Xunit;
using Oracle = PacketDotNet;

namespace PollMode.Tests.Ports;

/// <summary>Large segments of every kind, and what an independent library says of the pieces that were made of them.</summary>
internal static class LargeSegments
{
    internal static readonly PacketFlags[] Kinds = [PacketFlags.SegmentTcpV4, PacketFlags.SegmentTcpV6, PacketFlags.SegmentUdp];

    /// <summary>A segment with its checksum open, as a kernel hands it over.</summary>
    internal static byte[] Frame(PacketFlags kind, int payloadBytes, int tags, out int checksumStart, out int checksumOffset)
    {
        var payload = new byte[payloadBytes];
        new Random(payloadBytes).NextBytes(payload);
        byte[] frame = kind switch
        {
            PacketFlags.SegmentTcpV4 => Frames.TcpV4(payload),
            PacketFlags.SegmentTcpV6 => Frames.TcpV6(payload),
            _ => Frames.UdpV4(payload),
        };
        bool isIpv6 = kind == PacketFlags.SegmentTcpV6;
        bool isTcp = kind != PacketFlags.SegmentUdp;
        if (isTcp)
        {
            // All that only one of the pieces may keep.
            frame[(isIpv6 ? 54 : 34) + 13] |= (byte)(TcpFlags.Fin | TcpFlags.Psh | TcpFlags.Cwr);
        }

        int start = isIpv6 ? 54 : 34;
        checksumOffset = isTcp ? 16 : 6;
        IpProtocol protocol = isTcp ? IpProtocol.Tcp : IpProtocol.Udp;
        uint sum = isIpv6
            ? InternetChecksum.PseudoHeader(Frames.Ip61, Frames.Ip62, protocol, frame.Length - start)
            : InternetChecksum.PseudoHeader(Frames.Ip1, Frames.Ip2, protocol, frame.Length - start);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(start + checksumOffset), (ushort)sum);
        checksumStart = start + (tags * VlanTag.HeaderBytes);
        return Frames.Tagged(frame, tags);
    }

    /// <summary>A packet that asks to be cut, in as many buffers as its parts.</summary>
    internal static Packet Make(Mempool pool, PacketFlags kind, byte[] frame, int checksumStart, int checksumOffset, int pieceBytes, int partBytes)
    {
        Packet packet = default;
        for (int at = 0; at < frame.Length; at += partBytes)
        {
            Assert.True(pool.TryRent(out Packet part));
            Assert.True(part.TryWrite(frame.AsSpan(at, Math.Min(partBytes, frame.Length - at))));
            if (packet.IsNone)
            {
                packet = part;
            }
            else
            {
                packet.AppendSegments(part);
            }
        }

        packet.Flags = kind | PacketFlags.TxChecksumPartial;
        packet.ChecksumStart = checksumStart;
        packet.ChecksumOffset = checksumOffset;
        packet.SegmentationBytes = pieceBytes;
        return packet;
    }

    /// <summary>Fails unless the pieces are what a device would have made of the segment.</summary>
    internal static void AssertCut(PacketFlags kind, byte[] whole, int checksumStart, int pieceBytes, IReadOnlyList<byte[]> pieces)
    {
        bool isTcp = kind != PacketFlags.SegmentUdp;
        int headerBytes = checksumStart + (isTcp ? (whole[checksumStart + 12] >> 4) * 4 : 8);
        byte[] payload = whole[headerBytes..];
        Assert.Equal((payload.Length + pieceBytes - 1) / pieceBytes, pieces.Count);
        Assert.Equal(payload, pieces.SelectMany(piece => piece[headerBytes..]).ToArray());
        for (int i = 0; i < pieces.Count; i++)
        {
            Oracle.Packet packet = Oracle.Packet.ParsePacket(Oracle.LinkLayers.Ethernet, pieces[i]);
            Assert.Equal(whole[..12], pieces[i][..12]);
            Assert.True(i == pieces.Count - 1 || pieces[i].Length == headerBytes + pieceBytes);
            if (packet.Extract<Oracle.IPv4Packet>() is { } ip)
            {
                Assert.True(ip.ValidIPChecksum);
                Assert.Equal(pieces[i].Length - checksumStart + 20, ip.TotalLength);
                Assert.Equal(BinaryPrimitives.ReadUInt16BigEndian(whole.AsSpan(checksumStart - 16)) + i, ip.Id);
            }
            else
            {
                Assert.Equal(pieces[i].Length - checksumStart, packet.Extract<Oracle.IPv6Packet>().PayloadLength);
            }

            if (isTcp)
            {
                Oracle.TcpPacket tcp = packet.Extract<Oracle.TcpPacket>();
                Assert.True(tcp.ValidTcpChecksum);
                Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(whole.AsSpan(checksumStart + 4)) + (uint)(i * pieceBytes), tcp.SequenceNumber);
                bool isLast = i == pieces.Count - 1;
                Assert.Equal((isLast, isLast, i == 0), (tcp.Finished, tcp.Push, tcp.CongestionWindowReduced));
            }
            else
            {
                Oracle.UdpPacket udp = packet.Extract<Oracle.UdpPacket>();
                Assert.True(udp.ValidUdpChecksum);
                Assert.Equal(pieces[i].Length - checksumStart, udp.Length);
            }
        }
    }

    internal static byte[] BytesOf(Packet packet)
    {
        var bytes = new byte[packet.TotalLength];
        packet.CopyTo(bytes);
        return bytes;
    }
}
