using System.Runtime.InteropServices;

namespace PollMode.Linux;

/// <summary>
/// <c>struct virtio_net_hdr</c> (linux/virtio_net.h), little-endian here: what a packet's metadata says of checksum and segmentation, in
/// the kernel's words. It precedes each frame on a TAP descriptor with IFF_VNET_HDR and in a packet socket's ring with PACKET_VNET_HDR.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct VirtioNetHeader
{
    /// <summary>Size of the structure.</summary>
    public const int Bytes = 10;

    /// <summary>VIRTIO_NET_HDR_F_NEEDS_CSUM: the transport checksum is yet to be filled in.</summary>
    public const byte NeedsChecksum = 1;

    /// <summary>VIRTIO_NET_HDR_F_DATA_VALID: the transport checksum was found right.</summary>
    public const byte DataValid = 2;

    /// <summary>VIRTIO_NET_HDR_GSO_NONE: one frame, not to be cut.</summary>
    public const byte GsoNone = 0;

    /// <summary>VIRTIO_NET_HDR_GSO_TCPV4.</summary>
    public const byte GsoTcpV4 = 1;

    /// <summary>VIRTIO_NET_HDR_GSO_TCPV6.</summary>
    public const byte GsoTcpV6 = 4;

    /// <summary>VIRTIO_NET_HDR_GSO_UDP_L4.</summary>
    public const byte GsoUdpL4 = 5;

    /// <summary>VIRTIO_NET_HDR_GSO_ECN, a bit beside the kind: CWR is set on the first piece only.</summary>
    public const byte GsoEcn = 0x80;

    /// <summary><see cref="NeedsChecksum"/> or <see cref="DataValid"/>.</summary>
    public byte Flags;

    /// <summary>Whether and how the frame is to be cut into pieces.</summary>
    public byte GsoType;

    /// <summary>Bytes of Ethernet, IP and transport header: a hint. In a packet socket's ring, how much of the frame the kernel copies: at most all.</summary>
    public ushort HeaderLength;

    /// <summary>Payload bytes of each piece.</summary>
    public ushort GsoSize;

    /// <summary>Where the sum starts, in bytes from the frame's first.</summary>
    public ushort ChecksumStart;

    /// <summary>Where it is stored, in bytes from <see cref="ChecksumStart"/>.</summary>
    public ushort ChecksumOffset;

    /// <summary>The header that asks for what a packet's metadata asks for. Borrows the packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="shift">Bytes put into the frame before the transport header: those of a VLAN tag.</param>
    public static VirtioNetHeader Of(Packet packet, int shift)
    {
        VirtioNetHeader header = default;
        PacketFlags flags = packet.Flags;
        if ((flags & PacketFlags.TxChecksumPartial) != 0)
        {
            header.Flags = NeedsChecksum;
            header.ChecksumStart = (ushort)(packet.ChecksumStart + shift);
            header.ChecksumOffset = (ushort)packet.ChecksumOffset;
        }

        if ((flags & SoftwareOffload.Segmentation) != 0)
        {
            header.GsoSize = (ushort)packet.SegmentationBytes;
            header.GsoType = (flags & PacketFlags.SegmentTcpV4) != 0 ? GsoTcpV4 : (flags & PacketFlags.SegmentTcpV6) != 0 ? GsoTcpV6 : GsoUdpL4;
            header.GsoType |= (flags & PacketFlags.SegmentEcn) != 0 ? GsoEcn : (byte)0;
            header.HeaderLength = header.ChecksumStart;
        }

        return header;
    }

    /// <summary>What the header says, as flags of a packet.</summary>
    public readonly PacketFlags ToFlags()
    {
        PacketFlags flags = (Flags & NeedsChecksum) != 0 ? PacketFlags.TxChecksumPartial
            : (Flags & DataValid) != 0 ? PacketFlags.RxChecksumGood
            : PacketFlags.None;
        if (GsoType != GsoNone)
        {
            flags |= (GsoType & ~GsoEcn) switch
            {
                GsoTcpV4 => PacketFlags.SegmentTcpV4,
                GsoTcpV6 => PacketFlags.SegmentTcpV6,
                GsoUdpL4 => PacketFlags.SegmentUdp,
                _ => PacketFlags.None,
            };
            flags |= (GsoType & GsoEcn) != 0 ? PacketFlags.SegmentEcn : PacketFlags.None;
        }

        return flags;
    }

    /// <summary>Moves what the header says into a packet's metadata. Borrows the packet.</summary>
    public readonly void CopyTo(Packet packet)
    {
        packet.ChecksumStart = ChecksumStart;
        packet.ChecksumOffset = ChecksumOffset;
        packet.SegmentationBytes = GsoSize;
        packet.Flags = ToFlags();
    }
}
