using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollMode.Linux;

[assembly: DisableRuntimeMarshalling]

namespace PollMode.Drivers.Memif;

/// <summary>The C library's functions that a memif port needs. Constants are named as in the kernel's headers.</summary>
internal static unsafe partial class LibC
{
    // sys/socket.h
    internal const int AF_UNIX = 1;
    internal const int SOCK_SEQPACKET = 5;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SHUT_RD = 0;
    internal const int SHUT_RDWR = 2;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOL_SOCKET = 1;
    internal const int SCM_RIGHTS = 1;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;

    // asm-generic/mman.h, linux/memfd.h, linux/fcntl.h
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int PROT_EXEC = 4;
    internal const int MAP_SHARED = 1;
    internal const int MAP_PRIVATE = 2;
    internal const int MAP_ANONYMOUS = 0x20;
    internal const int MAP_POPULATE = 0x8000;
    internal const uint MFD_CLOEXEC = 1;
    internal const uint MFD_ALLOW_SEALING = 2;
    internal const int F_ADD_SEALS = 1033;
    internal const int F_GET_SEALS = 1034;
    internal const int F_SEAL_SEAL = 1;
    internal const int F_SEAL_SHRINK = 2;
    internal const int F_SEAL_GROW = 4;
    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int O_NONBLOCK = 0x800;
    internal const int SEEK_END = 2;

    // asm/signal.h
    internal const int SIGBUS = 7;
    internal const int SA_SIGINFO = 4;
    internal const int SA_RESTART = 0x10000000;

    // linux/magic.h
    internal const long TMPFS_MAGIC = 0x01021994;
    internal const long HUGETLBFS_MAGIC = 0x958458f6;

    // linux/eventfd.h, linux/eventpoll.h, poll.h
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;
    internal const int EPOLL_CLOEXEC = 0x80000;
    internal const int EPOLL_CTL_ADD = 1;
    internal const int EPOLL_CTL_DEL = 2;
    internal const uint EPOLLIN = 1;
    internal const uint EPOLLET = 1u << 31;
    internal const short POLLIN = 1;

    internal static readonly nint MAP_FAILED = -1;

    private static readonly bool IsArm64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Makes an eventfd that nobody waits for.</summary>
    /// <exception cref="LinuxException">There is none to be had.</exception>
    internal static int NewEventFd()
    {
        int descriptor = EventFd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        return descriptor >= 0 ? descriptor : throw new LinuxException("create an eventfd", Marshal.GetLastPInvokeError(), "raise 'ulimit -n'");
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int fileDescriptor, void* address, uint bytes);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int fileDescriptor, void* address, uint bytes);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    internal static partial int Listen(int fileDescriptor, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    internal static partial int Accept(int fileDescriptor, void* address, uint* bytes, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    internal static partial nint SendMessage(int fileDescriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    internal static partial nint ReceiveMessage(int fileDescriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    internal static partial int Shutdown(int fileDescriptor, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int fileDescriptor);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollRequest* requests, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Mmap(nint address, nuint bytes, int protection, int flags, int fileDescriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    internal static partial int Munmap(nint address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    internal static partial int Mprotect(nint address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    internal static partial int SigAction(int signal, SignalAction* action, SignalAction* before);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    internal static partial int MemfdCreate(byte* name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Ftruncate(int fileDescriptor, long length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Fcntl(int fileDescriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int fileDescriptor, long offset, int whence);

    /// <summary>The buffer is larger than <c>struct statfs</c> of any architecture; its first word is the kind of file system.</summary>
    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    internal static partial int FileSystemOf(int fileDescriptor, long* buffer);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventFd(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(int epoll, int operation, int fileDescriptor, void* request);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    internal static partial int EpollWait(int epoll, void* events, int most, int timeoutMilliseconds);

    // On the data path: without SetLastError, which costs more than the call.
    [LibraryImport("libc", EntryPoint = "read")]
    internal static partial nint Read(int fileDescriptor, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    internal static partial nint Write(int fileDescriptor, void* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "process_vm_readv")]
    internal static partial nint ProcessVmRead(int process, IoVector* local, nuint localCount, IoVector* remote, nuint remoteCount, nuint flags);

    [LibraryImport("libc", EntryPoint = "process_vm_writev")]
    internal static partial nint ProcessVmWrite(int process, IoVector* local, nuint localCount, IoVector* remote, nuint remoteCount, nuint flags);

    // linux/aio_abi.h: calls that the C library has no functions for.
    internal static nint IoSetup(uint most, nint* context) => SystemCall(IsArm64 ? 0 : 206, (nint)most, (nint)context, 0, 0, 0);

    internal static nint IoDestroy(nint context) => SystemCall(IsArm64 ? 1 : 207, context, 0, 0, 0, 0);

    internal static nint IoGetEvents(nint context, nint least, nint most, void* events) => SystemCall(IsArm64 ? 4 : 208, context, least, most, (nint)events, 0);

    internal static nint IoSubmit(nint context, nint count, AsyncRequest** requests) => SystemCall(IsArm64 ? 2 : 209, context, count, (nint)requests, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e);
}
