namespace PollMode;

/// <summary>What is known about a packet, and what its sender asks of the device. Sixteen bits of the packet's metadata.</summary>
[Flags]
public enum PacketFlags : ushort
{
    /// <summary>Nothing known, nothing asked.</summary>
    None = 0,

    /// <summary><see cref="Packet.TimestampNanoseconds"/> holds the time of reception.</summary>
    HasTimestamp = 1 << 0,

    /// <summary><see cref="Packet.RxHash"/> holds the device's hash of the flow.</summary>
    HasRxHash = 1 << 1,

    /// <summary><see cref="Packet.VlanTci"/> holds a VLAN tag that the device took out of the frame (or is asked to put in).</summary>
    HasVlan = 1 << 2,

    /// <summary>The device found the transport checksum right.</summary>
    RxChecksumGood = 1 << 3,

    /// <summary>The device found a checksum wrong.</summary>
    RxChecksumBad = 1 << 4,

    /// <summary>The transport checksum is yet to be filled in: sum from <see cref="Packet.ChecksumStart"/>, store at <see cref="Packet.ChecksumOffset"/> after it.</summary>
    TxChecksumPartial = 1 << 5,

    /// <summary>The sender wants the time at which the frame left.</summary>
    TxTimestamp = 1 << 6,

    /// <summary>The frame is a TCP-over-IPv4 segment larger than the MTU, to be cut into pieces of <see cref="Packet.SegmentationBytes"/>.</summary>
    SegmentTcpV4 = 1 << 8,

    /// <summary>The same over IPv6.</summary>
    SegmentTcpV6 = 1 << 9,

    /// <summary>The frame is a UDP datagram to be cut into datagrams of <see cref="Packet.SegmentationBytes"/>.</summary>
    SegmentUdp = 1 << 10,

    /// <summary>The TCP segment carries ECN (CWR set on the first piece only).</summary>
    SegmentEcn = 1 << 11,

    /// <summary>The trace decorator follows this packet.</summary>
    Traced = 1 << 14,
}
