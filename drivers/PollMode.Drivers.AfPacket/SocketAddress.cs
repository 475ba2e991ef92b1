using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfPacket;

/// <summary><c>struct sockaddr_ll</c> (linux/if_packet.h), as far as bind(2) reads it.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct SocketAddress
{
    internal const int Bytes = 20;

    internal ushort Family;

    /// <summary>EtherType in network order; zero to receive nothing.</summary>
    internal ushort Protocol;
    internal int InterfaceIndex;
}
