using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollMode.Linux;

[assembly: DisableRuntimeMarshalling]

namespace PollMode.Drivers.Tap;

/// <summary>The C library's functions that a TAP port needs. Constants are named as in the kernel's headers.</summary>
internal static unsafe partial class LibC
{
    // asm-generic/fcntl.h, sys/socket.h
    internal const int O_RDWR = 2;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const int AF_INET = 2;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_CLOEXEC = 0x80000;

    // linux/if_tun.h
    internal const uint TUNSETIFF = 0x400454ca;
    internal const uint TUNSETPERSIST = 0x400454cb;
    internal const uint TUNSETOFFLOAD = 0x400454d0;
    internal const uint TUNGETIFF = 0x800454d2;
    internal const uint TUNGETVNETHDRSZ = 0x800454d7;
    internal const uint TUNSETVNETHDRSZ = 0x400454d8;
    internal const short IFF_TAP = 0x0002;
    internal const short IFF_MULTI_QUEUE = 0x0100;
    internal const short IFF_NO_PI = 0x1000;
    internal const short IFF_VNET_HDR = 0x4000;
    internal const short IFF_TUN_EXCL = unchecked((short)0x8000);
    internal const uint TUN_F_CSUM = 0x01;
    internal const uint TUN_F_TSO4 = 0x02;
    internal const uint TUN_F_TSO6 = 0x04;
    internal const uint TUN_F_TSO_ECN = 0x08;

    // linux/sockios.h, linux/if.h, linux/if_arp.h
    internal const uint SIOCGIFFLAGS = 0x8913;
    internal const uint SIOCSIFFLAGS = 0x8914;
    internal const uint SIOCGIFMTU = 0x8921;
    internal const uint SIOCSIFMTU = 0x8922;
    internal const uint SIOCSIFHWADDR = 0x8924;
    internal const uint SIOCGIFHWADDR = 0x8927;
    internal const uint SIOCGIFINDEX = 0x8933;
    internal const short IFF_UP = 0x1;
    internal const short IFF_RUNNING = 0x40;
    internal const short ARPHRD_ETHER = 1;

    /// <summary>File descriptor in bad state: the device behind a TAP descriptor was deleted (asm-generic/errno.h).</summary>
    internal const int EBADFD = 77;

    /// <summary>Input/output error: what was written was refused because the TAP interface is down.</summary>
    internal const int EIO = 5;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    internal static partial int Open(byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int fileDescriptor);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Ioctl(int fileDescriptor, nuint request, void* argument);

    // On the data path: without SetLastError, which costs more than the call. errno is read straight after, by GetLastSystemError.
    [LibraryImport("libc", EntryPoint = "read")]
    internal static partial nint Read(int fileDescriptor, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    internal static partial nint Write(int fileDescriptor, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "readv")]
    internal static partial nint Readv(int fileDescriptor, IoVector* vectors, int count);

    [LibraryImport("libc", EntryPoint = "writev")]
    internal static partial nint Writev(int fileDescriptor, IoVector* vectors, int count);
}
