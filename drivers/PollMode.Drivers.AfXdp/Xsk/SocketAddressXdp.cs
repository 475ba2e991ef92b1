using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary><c>struct sockaddr_xdp</c> of linux/if_xdp.h, and the flags of bind(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SocketAddressXdp
{
    internal const ushort SharedUmem = 1 << 0;
    internal const ushort Copy = 1 << 1;
    internal const ushort ZeroCopy = 1 << 2;
    internal const ushort NeedWakeup = 1 << 3;
    internal const ushort Segments = 1 << 4;

    internal ushort Family;
    internal ushort Flags;
    internal uint InterfaceIndex;
    internal uint Queue;
    internal uint SharedUmemFd;
}
