using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfPacket;

/// <summary><c>struct virtio_net_hdr</c> (linux/virtio_net.h), little-endian here: what precedes each frame in a ring with PACKET_VNET_HDR.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct VirtioHeader
{
    internal const int Bytes = 10;

    internal const byte NeedsChecksum = 1;
    internal const byte DataValid = 2;

    internal const byte GsoNone = 0;
    internal const byte GsoTcpV4 = 1;
    internal const byte GsoTcpV6 = 4;
    internal const byte GsoUdpL4 = 5;
    internal const byte GsoEcn = 0x80;

    internal byte Flags;
    internal byte GsoType;

    /// <summary>Bytes of Ethernet, IP and transport header: a hint.</summary>
    internal ushort HeaderLength;

    /// <summary>Payload bytes of each piece.</summary>
    internal ushort GsoSize;
    internal ushort ChecksumStart;
    internal ushort ChecksumOffset;

    /// <summary>Moves what the header says into a packet's metadata.</summary>
    internal readonly void CopyTo(Packet packet)
    {
        PacketFlags flags = PacketFlags.None;
        if ((Flags & NeedsChecksum) != 0)
        {
            packet.ChecksumStart = ChecksumStart;
            packet.ChecksumOffset = ChecksumOffset;
            flags |= PacketFlags.TxChecksumPartial;
        }
        else if ((Flags & DataValid) != 0)
        {
            flags |= PacketFlags.RxChecksumGood;
        }

        if (GsoType != GsoNone)
        {
            packet.SegmentationBytes = GsoSize;
            flags |= (GsoType & ~GsoEcn) switch
            {
                GsoTcpV4 => PacketFlags.SegmentTcpV4,
                GsoTcpV6 => PacketFlags.SegmentTcpV6,
                GsoUdpL4 => PacketFlags.SegmentUdp,
                _ => PacketFlags.None,
            };
            flags |= (GsoType & GsoEcn) != 0 ? PacketFlags.SegmentEcn : PacketFlags.None;
        }

        packet.Flags = flags;
    }

    /// <summary>The header that asks for what a packet's metadata asks for.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="shift">Bytes put into the frame before the transport header: those of a VLAN tag.</param>
    internal static VirtioHeader Of(Packet packet, int shift)
    {
        VirtioHeader header = default;
        PacketFlags flags = packet.Flags;
        if ((flags & PacketFlags.TxChecksumPartial) != 0)
        {
            header.Flags = NeedsChecksum;
            header.ChecksumStart = (ushort)(packet.ChecksumStart + shift);
            header.ChecksumOffset = (ushort)packet.ChecksumOffset;
        }

        if ((flags & Segmented) != 0)
        {
            header.GsoSize = (ushort)packet.SegmentationBytes;
            header.GsoType = (flags & PacketFlags.SegmentTcpV4) != 0 ? GsoTcpV4 : (flags & PacketFlags.SegmentTcpV6) != 0 ? GsoTcpV6 : GsoUdpL4;
            header.GsoType |= (flags & PacketFlags.SegmentEcn) != 0 ? GsoEcn : (byte)0;
            header.HeaderLength = header.ChecksumStart;
        }

        return header;
    }

    /// <summary>The flags that ask for a frame to be cut into pieces.</summary>
    internal const PacketFlags Segmented = PacketFlags.SegmentTcpV4 | PacketFlags.SegmentTcpV6 | PacketFlags.SegmentUdp;
}
