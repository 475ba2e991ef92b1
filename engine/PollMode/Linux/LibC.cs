using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace PollMode.Linux;

/// <summary>The few functions of the C library that the engine itself needs. Constants are named as in the kernel's headers.</summary>
internal static unsafe partial class LibC
{
    // asm-generic/mman-common.h, asm-generic/mman.h
    internal const int PROT_NONE = 0x0;
    internal const int PROT_READ = 0x1;
    internal const int PROT_WRITE = 0x2;
    internal const int MAP_PRIVATE = 0x02;
    internal const int MAP_SHARED = 0x01;
    internal const int MAP_FIXED = 0x10;
    internal const int MAP_ANONYMOUS = 0x20;
    internal const int MAP_NORESERVE = 0x4000;
    internal const int MAP_POPULATE = 0x8000;
    internal const int MAP_HUGETLB = 0x40000;
    internal const int MAP_HUGE_2MB = 21 << 26;
    internal const int MAP_HUGE_1GB = 30 << 26;
    internal const int MADV_HUGEPAGE = 14;
    internal const int MADV_NOHUGEPAGE = 15;
    internal const int MADV_POPULATE_WRITE = 23;

    // asm-generic/fcntl.h, linux/sched.h
    internal const int O_RDONLY = 0;
    internal const int O_CLOEXEC = 0x80000;
    internal const int CLONE_NEWNET = 0x40000000;

    internal const int F_SETFD = 2;
    internal const int FD_CLOEXEC = 1;

    // linux/memfd.h, linux/fcntl.h
    internal const uint MFD_CLOEXEC = 0x1;
    internal const uint MFD_ALLOW_SEALING = 0x2;
    internal const uint MFD_HUGETLB = 0x4;
    internal const int F_ADD_SEALS = 1033;
    internal const int F_SEAL_SEAL = 0x1;
    internal const int F_SEAL_SHRINK = 0x2;
    internal const int F_SEAL_GROW = 0x4;

    // linux/mempolicy.h
    internal const int MPOL_PREFERRED = 1;
    internal const int MPOL_BIND = 2;
    internal const int MPOL_F_NODE = 1;
    internal const int MPOL_F_ADDR = 2;

    // linux/sched.h
    internal const int SCHED_FIFO = 1;
    internal const int SCHED_RESET_ON_FORK = 0x4000_0000;

    // linux/resource.h, linux/time.h
    internal const int RUSAGE_THREAD = 1;
    internal const int CLOCK_THREAD_CPUTIME_ID = 3;

    internal static readonly nint MAP_FAILED = -1;

    private static readonly long SYS_gettid = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 178 : 186;
    private static readonly long SYS_sched_setscheduler = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 119 : 144;
    private static readonly long SYS_mbind = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 235 : 237;
    private static readonly long SYS_get_mempolicy = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 236 : 239;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Mmap(nint address, nuint length, int protection, int flags, int fileDescriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static partial int Munmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    internal static partial int Madvise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    internal static partial int MemfdCreate(byte* name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Ftruncate(int fileDescriptor, long length);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    internal static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Fcntl(int fileDescriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    internal static partial int Open(byte* path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int fileDescriptor);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int Setns(int fileDescriptor, int kind);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    internal static partial int SchedSetAffinity(int threadId, nuint maskBytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    internal static partial int SchedGetAffinity(int threadId, nuint maskBytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    internal static partial int SchedGetCpu();

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    internal static partial int Nanosleep(TimeSpecification* request, TimeSpecification* remaining);

    [LibraryImport("libc", EntryPoint = "getrusage")]
    internal static partial int GetResourceUsage(int who, ResourceUsage* usage);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    internal static partial int ClockGetTime(int clock, TimeSpecification* time);

    /// <summary>
    /// mbind(2) to one NUMA node, below <see cref="ArenaOptions.NodeLimit"/>: glibc has no wrapper without libnuma. The fixed-argument form of
    /// syscall(2) is right on x86-64 and Arm64.
    /// </summary>
    internal static int Mbind(nint address, nuint length, int mode, int node)
    {
        ulong* mask = stackalloc ulong[ArenaOptions.NodeLimit / 64];
        new Span<ulong>(mask, ArenaOptions.NodeLimit / 64).Clear();
        mask[node / 64] = 1UL << (node % 64);
        return (int)Syscall6(SYS_mbind, address, (nint)length, mode, (nint)mask, ArenaOptions.NodeLimit, 0);
    }

    /// <summary>gettid(2): glibc has a wrapper since 2.30 only.</summary>
    internal static int GetThreadId() => (int)Syscall6(SYS_gettid, 0, 0, 0, 0, 0, 0);

    /// <summary>sched_setscheduler(2) of the calling thread; by number, because musl's wrapper refuses.</summary>
    /// <param name="policy">The policy, with flags.</param>
    /// <param name="priority">A sched_param, which is the priority.</param>
    internal static int SchedSetScheduler(int policy, int* priority) => (int)Syscall6(SYS_sched_setscheduler, 0, policy, (nint)priority, 0, 0, 0);

    /// <summary>get_mempolicy(2) with MPOL_F_NODE | MPOL_F_ADDR: the node of the page at an address.</summary>
    internal static int GetNodeOfAddress(nint address, int* node) =>
        (int)Syscall6(SYS_get_mempolicy, (nint)node, 0, 0, address, MPOL_F_NODE | MPOL_F_ADDR, 0);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall6(long number, nint a, nint b, nint c, nint d, nint e, nint f);
}
