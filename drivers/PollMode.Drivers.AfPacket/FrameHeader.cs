using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfPacket;

/// <summary><c>struct tpacket3_hdr</c> (linux/if_packet.h): stands before each frame of a ring.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FrameHeader
{
    internal const int Bytes = 48;

    // Of received frames.
    internal const uint Losing = 1 << 2;
    internal const uint VlanValid = 1 << 4;
    internal const uint VlanProtocolValid = 1 << 6;
    internal const uint ChecksumValid = 1 << 7;

    // Of frames to send.
    internal const uint Available = 0;
    internal const uint SendRequest = 1 << 0;

    /// <summary>Bytes to the next frame of the block.</summary>
    [FieldOffset(0)] internal uint NextOffset;
    [FieldOffset(4)] internal uint Seconds;
    [FieldOffset(8)] internal uint Nanoseconds;

    /// <summary>Bytes in the ring.</summary>
    [FieldOffset(12)] internal uint CapturedBytes;

    /// <summary>Bytes the frame had.</summary>
    [FieldOffset(16)] internal uint FrameBytes;
    [FieldOffset(20)] internal uint Status;

    /// <summary>Bytes from this header to the frame.</summary>
    [FieldOffset(24)] internal ushort MacOffset;
    [FieldOffset(32)] internal uint VlanTci;
    [FieldOffset(36)] internal ushort VlanProtocol;
}
