using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollMode.Linux;

[assembly: DisableRuntimeMarshalling]

namespace PollMode.Drivers.AfPacket;

/// <summary>The C library's functions that a packet socket needs. Constants are named as in the kernel's headers.</summary>
internal static unsafe partial class LibC
{
    // sys/socket.h, asm-generic/socket.h
    internal const int AF_INET = 2;
    internal const int AF_PACKET = 17;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOL_SOCKET = 1;
    internal const int SO_SNDBUFFORCE = 32;
    internal const int SO_ATTACH_FILTER = 26;
    internal const int SO_DETACH_FILTER = 27;
    internal const int MSG_DONTWAIT = 0x40;

    // linux/if_packet.h, linux/if_ether.h
    internal const int SOL_PACKET = 263;
    internal const int PACKET_ADD_MEMBERSHIP = 1;
    internal const int PACKET_RX_RING = 5;
    internal const int PACKET_STATISTICS = 6;
    internal const int PACKET_VERSION = 10;
    internal const int PACKET_TX_RING = 13;
    internal const int PACKET_LOSS = 14;
    internal const int PACKET_VNET_HDR = 15;
    internal const int PACKET_FANOUT = 18;
    internal const int PACKET_QDISC_BYPASS = 20;
    internal const int PACKET_IGNORE_OUTGOING = 23;
    internal const int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
    internal const int PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;
    internal const ushort PACKET_MR_PROMISC = 1;
    internal const int TPACKET_V3 = 2;
    internal const ushort ETH_P_ALL = 3;

    // asm-generic/mman.h
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 1;
    internal const int MAP_POPULATE = 0x8000;

    // linux/sockios.h, linux/if.h
    internal const uint SIOCGIFFLAGS = 0x8913;
    internal const uint SIOCGIFMTU = 0x8921;
    internal const uint SIOCGIFHWADDR = 0x8927;
    internal const uint SIOCGIFINDEX = 0x8933;
    internal const short IFF_UP = 0x1;
    internal const short IFF_RUNNING = 0x40;

    internal static readonly nint MAP_FAILED = -1;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int fileDescriptor);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Ioctl(int fileDescriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSockOpt(int fileDescriptor, int level, int option, void* value, uint bytes);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetSockOpt(int fileDescriptor, int level, int option, void* value, uint* bytes);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int fileDescriptor, void* address, uint bytes);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Mmap(nint address, nuint bytes, int protection, int flags, int fileDescriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    internal static partial int Munmap(nint address, nuint bytes);

    // On the data path: without SetLastError, which costs more than the call. errno is read straight after, by GetLastSystemError.
    [LibraryImport("libc", EntryPoint = "send")]
    internal static partial nint Send(int fileDescriptor, void* buffer, nuint bytes, int flags);

    [LibraryImport("libc", EntryPoint = "writev")]
    internal static partial nint Writev(int fileDescriptor, IoVector* vectors, int count);
}
