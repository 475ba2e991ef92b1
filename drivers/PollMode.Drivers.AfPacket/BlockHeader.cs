using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfPacket;

/// <summary><c>struct tpacket_block_desc</c> with <c>struct tpacket_hdr_v1</c> (linux/if_packet.h): the head of a block of a receive ring.</summary>
[StructLayout(LayoutKind.Explicit, Size = 48)]
internal struct BlockHeader
{
    internal const uint KernelOwns = 0;
    internal const uint UserOwns = 1;

    /// <summary>Who owns the block. Read with acquire, written with release.</summary>
    [FieldOffset(8)] internal uint Status;
    [FieldOffset(12)] internal uint Packets;
    [FieldOffset(16)] internal uint FirstPacketOffset;
}
