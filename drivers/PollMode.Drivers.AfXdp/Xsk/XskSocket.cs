using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary>
/// An XDP socket with its four rings (Documentation/networking/af_xdp.rst). Made in steps: memory, rings, then <see cref="TryBind"/>.
/// </summary>
internal sealed unsafe class XskSocket : IDisposable
{
    // linux/if_xdp.h
    private const int XDP_MMAP_OFFSETS = 1;
    private const int XDP_RX_RING = 2;
    private const int XDP_TX_RING = 3;
    private const int XDP_UMEM_REG = 4;
    private const int XDP_UMEM_FILL_RING = 5;
    private const int XDP_UMEM_COMPLETION_RING = 6;
    private const int XDP_STATISTICS = 7;
    private const int XDP_OPTIONS = 8;
    private const int XDP_MAX_TX_SKB_BUDGET = 9;
    private const long RxRingPage = 0;
    private const long TxRingPage = 0x80000000;
    private const long FillRingPage = 0x100000000;
    private const long CompletionRingPage = 0x180000000;
    private const uint OptionZeroCopy = 1;

    // asm-generic/socket.h
    private const int SO_SNDBUFFORCE = 32;
    private const int SO_BUSY_POLL = 46;
    private const int SO_PREFER_BUSY_POLL = 69;
    private const int SO_BUSY_POLL_BUDGET = 70;

    // asm-generic/errno.h
    private const int ENOTSOCK = 88;
    private const int ENOPROTOOPT = 92;
    private const string NoXdpSocket = "hand in the number of an XDP socket";

    private FileDescriptor _file;
    private readonly List<(nint Address, nuint Bytes)> _mappings = [];

    private XskSocket(FileDescriptor file) => _file = file;

    /// <summary>The socket's number.</summary>
    internal int Number => _file.Number;

    internal ConsumerRing Rx { get; private set; } = null!;

    internal ProducerRing Tx { get; private set; } = null!;

    internal ProducerRing Fill { get; private set; } = null!;

    internal ConsumerRing Completion { get; private set; } = null!;

    /// <summary>Whether the device reads and writes the UMEM itself: only the kernel knows what a bind without a wish got. After <see cref="TryBind"/>.</summary>
    internal bool IsZeroCopy
    {
        get
        {
            uint options = 0;
            uint length = sizeof(uint);
            return LibC.GetSocketOption(Number, LibC.SOL_XDP, XDP_OPTIONS, &options, &length) == 0 && (options & OptionZeroCopy) != 0;
        }
    }

    /// <summary>Makes a socket in the caller's network namespace.</summary>
    internal static XskSocket Create()
    {
        int number = LibC.Socket(LibC.AF_XDP, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, 0);
        return number >= 0
            ? new XskSocket(new FileDescriptor(number))
            : throw new LinuxException("open an XDP socket", Marshal.GetLastPInvokeError(), SocketRemedy(Marshal.GetLastPInvokeError()));
    }

    /// <summary>Uses a fresh socket that somebody with more privileges made; the number stays the caller's.</summary>
    internal static XskSocket Adopt(int number)
    {
        int own = LibC.Duplicate(number);
        return own >= 0
            ? new XskSocket(new FileDescriptor(own))
            : throw new LinuxException($"use file descriptor {number} as an XDP socket", Marshal.GetLastPInvokeError(), "hand in the number of an open XDP socket that is not yet bound");
    }

    /// <summary>Registers memory as the socket's UMEM: the kernel pins all of it.</summary>
    internal void RegisterUmem(XdpUmemRegistration memory)
    {
        if (LibC.SetSocketOption(Number, LibC.SOL_XDP, XDP_UMEM_REG, &memory, (uint)sizeof(XdpUmemRegistration)) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new LinuxException($"register {memory.Length >> 20} MiB as memory of an XDP socket", errno, UmemRemedy(errno));
        }
    }

    /// <summary>Makes and maps the rings.</summary>
    internal void CreateRings(XskRings rings)
    {
        CreateRing(XDP_UMEM_FILL_RING, rings.Fill, "fill");
        CreateRing(XDP_UMEM_COMPLETION_RING, rings.Completion, "completion");
        CreateRing(XDP_RX_RING, rings.Rx, "RX");
        CreateRing(XDP_TX_RING, rings.Tx, "TX");
        XdpRingOffsets offsets;
        uint length = (uint)sizeof(XdpRingOffsets);
        if (LibC.GetSocketOption(Number, LibC.SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &length) != 0 || length != sizeof(XdpRingOffsets))
        {
            throw new LinuxException("ask for the layout of an XDP socket's rings", Errno.EINVAL, "use a kernel of at least 5.4");
        }

        Fill = new ProducerRing(Map(FillRingPage, offsets.Fill, rings.Fill, sizeof(ulong)), offsets.Fill, rings.Fill);
        Completion = new ConsumerRing(Map(CompletionRingPage, offsets.Completion, rings.Completion, sizeof(ulong)), offsets.Completion, rings.Completion);
        Rx = new ConsumerRing(Map(RxRingPage, offsets.Rx, rings.Rx, sizeof(XdpDescriptor)), offsets.Rx, rings.Rx);
        Tx = new ProducerRing(Map(TxRingPage, offsets.Tx, rings.Tx, sizeof(XdpDescriptor)), offsets.Tx, rings.Tx);
    }

    /// <summary>Binds to a queue; gives the error number, or zero.</summary>
    internal int TryBind(int interfaceIndex, int queue, ushort flags, int sharedWith = 0)
    {
        var address = new SocketAddressXdp
        {
            Family = LibC.AF_XDP,
            Flags = flags,
            InterfaceIndex = (uint)interfaceIndex,
            Queue = (uint)queue,
            SharedUmemFd = (uint)sharedWith,
        };
        return LibC.Bind(Number, &address, (uint)sizeof(SocketAddressXdp)) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Most frames that one sendto(2) sends in copy mode (kernel 6.17 and later). Gives the error number, or zero.</summary>
    internal int TrySetTxBudget(int frames) => TrySet(LibC.SOL_XDP, XDP_MAX_TX_SKB_BUDGET, frames);

    /// <summary>Lets the kernel hold more copies of sent frames than a socket usually may. Needs CAP_NET_ADMIN.</summary>
    internal int TrySetSendBuffer(int bytes) => TrySet(LibC.SOL_SOCKET, SO_SNDBUFFORCE, bytes);

    /// <summary>Has the worker's own system calls drive the device instead of interrupts. Gives the error number, or zero.</summary>
    internal int TryPreferBusyPoll(int microseconds, int budget)
    {
        int errno = TrySet(LibC.SOL_SOCKET, SO_PREFER_BUSY_POLL, 1);
        errno = errno != 0 ? errno : TrySet(LibC.SOL_SOCKET, SO_BUSY_POLL, microseconds);
        return errno != 0 ? errno : TrySet(LibC.SOL_SOCKET, SO_BUSY_POLL_BUDGET, budget);
    }

    /// <summary>What the kernel counted for the socket. From any thread while it is open.</summary>
    internal bool TryGetStatistics(out XdpStatistics statistics)
    {
        XdpStatistics found = default;
        uint length = (uint)sizeof(XdpStatistics);
        bool ok = LibC.GetSocketOption(Number, LibC.SOL_XDP, XDP_STATISTICS, &found, &length) == 0;
        statistics = found;
        return ok;
    }

    /// <summary>
    /// Closes the socket but keeps its number taken, by a file that is never readable: somebody may be polling the number.
    /// </summary>
    /// <returns>The number, for <see cref="MoveTo"/>.</returns>
    internal FileDescriptor Vacate()
    {
        FileDescriptor place = _file;
        _file = new FileDescriptor(-1);
        Dispose();
        int filler = LibC.EventFd(0, 0);
        _ = LibC.DuplicateOnto(filler, place.Number, 0);
        _ = LibC.Close(filler);
        return place;
    }

    /// <summary>Gives the socket the number of an earlier one.</summary>
    internal void MoveTo(FileDescriptor place)
    {
        _ = LibC.DuplicateOnto(_file.Number, place.Number, LibC.SOCK_CLOEXEC);
        _file.Dispose();
        _file = place;
    }

    /// <summary>
    /// Unmaps the rings, then closes: the kernel keeps a queue taken as long as one ring is mapped, and a little longer, so that binding it
    /// anew may give EBUSY for some tens of milliseconds.
    /// </summary>
    public void Dispose()
    {
        foreach ((nint address, nuint bytes) in _mappings)
        {
            _ = LibC.Munmap(address, bytes);
        }

        _mappings.Clear();
        _file.Dispose();
    }

    private static string SocketRemedy(int errno) => errno switch
    {
        Errno.EPERM => "run with CAP_NET_RAW, or hand in sockets (sockets=...)",
        97 => "use a kernel built with CONFIG_XDP_SOCKETS",
        _ => "raise 'ulimit -n'",
    };

    private static string UmemRemedy(int errno) => errno switch
    {
        ENOTSOCK or ENOPROTOOPT => NoXdpSocket,
        Errno.ENOBUFS => "raise 'ulimit -l' to what all pools together have, or run with CAP_IPC_LOCK",
        Errno.EINVAL => "choose buffers of 2048 or 4096 bytes (others need unaligned=true and no more than 4096), and a headroom below 1792",
        Errno.EFAULT => "fill the arena before ports are opened",
        Errno.EBUSY => "hand in a socket that has no memory yet",
        _ => "free memory, or ask for smaller pools",
    };

    private void CreateRing(int option, int entries, string name)
    {
        int errno = TrySet(LibC.SOL_XDP, option, entries);
        if (errno != 0)
        {
            throw new LinuxException($"make the {name} ring of {entries} entries", errno, errno switch
            {
                Errno.EINVAL => "choose a power of two, and hand in sockets without rings",
                ENOTSOCK or ENOPROTOOPT => NoXdpSocket,
                Errno.EBUSY => "hand in a socket that is not yet bound",
                _ => "choose a smaller ring",
            });
        }
    }

    private byte* Map(long page, XdpRingOffset offset, int entries, int entryBytes)
    {
        nuint bytes = (nuint)offset.Entries + ((nuint)entries * (nuint)entryBytes);
        nint address = LibC.Mmap(0, bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_POPULATE, Number, page);
        if (address == LibC.MAP_FAILED)
        {
            throw new LinuxException("map a ring of an XDP socket", Marshal.GetLastPInvokeError(), "choose smaller rings");
        }

        _mappings.Add((address, bytes));
        return (byte*)address;
    }

    private int TrySet(int level, int option, int value) =>
        LibC.SetSocketOption(Number, level, option, &value, sizeof(int)) == 0 ? 0 : Marshal.GetLastPInvokeError();
}
