using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfPacket;

/// <summary><c>struct tpacket_req3</c> (linux/if_packet.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RingRequest
{
    internal uint BlockBytes;
    internal uint Blocks;
    internal uint FrameBytes;
    internal uint Frames;

    /// <summary>Milliseconds after which a block that is not full is handed over all the same; zero in a transmit ring.</summary>
    internal uint BlockTimeout;
    internal uint PrivateBytes;
    internal uint Features;
}
