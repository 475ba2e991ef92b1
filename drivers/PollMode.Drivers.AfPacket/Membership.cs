using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfPacket;

/// <summary><c>struct packet_mreq</c> (linux/if_packet.h).</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct Membership
{
    internal const int Bytes = 16;

    internal int InterfaceIndex;
    internal ushort Kind;
}
