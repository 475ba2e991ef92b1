using System.Diagnostics;
using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Drivers.AfXdp.Xsk;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp;

/// <summary>Makes the sockets of one interface: all over the engine's arena, the first with the memory, the others sharing it.</summary>
/// <remarks>
/// Sockets that share memory inherit the first one's flags, so that sharing cannot mix a zero-copy with a copying device. Each port
/// therefore registers the arena once more as a UMEM of its own. That pins no page twice; it costs 8 bytes of kernel memory for each 4-KiB
/// page, a second mapping in the kernel's address space, and counts again towards RLIMIT_MEMLOCK where CAP_IPC_LOCK is missing.
/// </remarks>
internal sealed class SocketMaker
{
    /// <summary>XDP_PACKET_HEADROOM: what the kernel keeps in front of each frame anyway.</summary>
    internal const int KernelHeadroom = 256;

    private const int SendBufferBytes = 16 << 20;

    /// <summary>Longer than any release of a queue that was seen (54 ms), and than a driver's reset.</summary>
    private static readonly TimeSpan BusyPatience = TimeSpan.FromSeconds(2);

    private readonly AfXdpSettings _settings;
    private readonly LinkSnapshot _link;
    private readonly UmemRegion _region;
    private readonly bool _isNative;
    private readonly bool _segments;
    private ushort _flags;
    private XskSocket? _owner;

    internal SocketMaker(AfXdpSettings settings, LinkSnapshot link, UmemRegion region, bool isNative, bool segments)
    {
        _settings = settings;
        _link = link;
        _region = region;
        _isNative = isNative;
        _segments = segments;
    }

    /// <summary>What was got, and why not more; after the first socket.</summary>
    internal string Description { get; private set; } = string.Empty;

    /// <summary>Remarks on settings that the kernel did not take.</summary>
    internal List<string> Notes { get; } = [];

    /// <summary>Whether the device reads and writes the arena itself.</summary>
    internal bool IsZeroCopy { get; private set; }

    /// <summary>Makes and binds the socket of a queue, in the interface's network namespace.</summary>
    /// <param name="index">Counted from the port's first queue.</param>
    internal XskSocket Make(int index)
    {
        if (_owner != null)
        {
            return Bind(index, SocketAddressXdp.SharedUmem, _owner, out int errno) ?? throw Refused(index, errno);
        }

        _owner = MakeOwner(index);
        IsZeroCopy = _owner.IsZeroCopy;
        return _owner;
    }

    /// <summary>Makes a socket in place of one that broke. It registers the arena by itself: the one it shared with may be the one that broke.</summary>
    internal XskSocket Remake(int index) => Bind(index, _flags, null, out int errno) ?? throw Refused(index, errno);

    private XskSocket MakeOwner(int index)
    {
        ushort common = (ushort)((_settings.NeedWakeup ? SocketAddressXdp.NeedWakeup : 0) | (_segments ? SocketAddressXdp.Segments : 0));
        string refusal = "zero_copy=off";
        int errno;
        if (_settings.Sockets.Length > 0 && _settings.ZeroCopy == "auto")
        {
            // A socket of somebody else takes its memory and rings only once: leave the choice to the kernel, which does not say why.
            _flags = common;
            XskSocket socket = Bind(index, _flags, null, out errno) ?? throw Refused(index, errno);
            Description = socket.IsZeroCopy ? "zero copy" : "copying: the kernel chose so for the socket handed in";
            return socket;
        }

        if (_settings.ZeroCopy != "off" && !_isNative)
        {
            refusal = "zero copy needs native XDP";
        }
        else if (_settings.ZeroCopy != "off" && !_segments && WouldCut(out string cut))
        {
            refusal = _settings.ZeroCopy == "auto" ? cut : throw new PollModeException($"'zero_copy=require' cannot be had on {_link.Name}: {cut}, or say zero_copy=auto to copy.");
        }
        else if (_settings.ZeroCopy != "off")
        {
            _flags = (ushort)(common | SocketAddressXdp.ZeroCopy);
            XskSocket? socket = Bind(index, _flags, null, out errno);
            if (socket != null)
            {
                Description = "zero copy";
                return socket;
            }

            refusal = ExplainZeroCopy(errno);
            if (_settings.ZeroCopy == "require")
            {
                throw new LinuxException($"bind queue {index + _settings.StartQueue} of {_link.Name} with zero copy", errno, refusal + "; say zero_copy=auto to copy");
            }
        }

        _flags = (ushort)(common | SocketAddressXdp.Copy);
        Description = refusal == "zero_copy=off" ? "copying, as asked for" : $"copying: {refusal}";
        return Bind(index, _flags, null, out errno) ?? throw Refused(index, errno);
    }

    /// <summary>Whether the device would cut frames of the MTU into pieces.</summary>
    private bool WouldCut(out string reason)
    {
        string driver = Ethtool.DriverName(_link.Name);
        int longest = KnownDrivers.LongestWhole(driver, _region.RoomBytes);
        reason = $"with buffers of {_region.BufferBytes} bytes the driver '{driver}' would cut frames longer than {longest} bytes into pieces; set BufferBytes to 4096";
        return KnownDrivers.CountsInKibibytes(driver) && longest < _link.Mtu + PortReport.LongestHeader;
    }

    /// <summary>Binds a fresh socket; while the queue is still held by one that was just closed, tries again.</summary>
    private XskSocket? Bind(int index, ushort flags, XskSocket? owner, out int errno)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            XskSocket socket = _settings.Sockets.Length > 0 ? XskSocket.Adopt(_settings.Sockets[index]) : XskSocket.Create();
            try
            {
                if (owner == null)
                {
                    socket.RegisterUmem(_region.Registration(_settings));
                }

                socket.CreateRings(_settings.Rings);
                Tune(socket);
                errno = socket.TryBind(_link.Index, index + _settings.StartQueue, flags, owner?.Number ?? 0);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            if (errno == 0)
            {
                return socket;
            }

            socket.Dispose();
            if (errno != Errno.EBUSY || _settings.Sockets.Length > 0 || Stopwatch.GetElapsedTime(start) > BusyPatience)
            {
                return null;
            }

            Thread.Sleep(5);
        }
    }

    private void Tune(XskSocket socket)
    {
        _ = socket.TrySetSendBuffer(SendBufferBytes);
        if (_settings.TxBudget > 0)
        {
            int errno = socket.TrySetTxBudget(Math.Clamp(_settings.TxBudget, 32, _settings.Rings.Tx));
            Note(errno, "one system call sends 32 frames at most: the kernel cannot be asked for more (6.17 and later can)");
        }

        if (_settings.BusyPollMicroseconds > 0)
        {
            int errno = socket.TryPreferBusyPoll(_settings.BusyPollMicroseconds, _settings.BusyPollBudget);
            Note(errno, errno == Errno.EPERM ? "no busy polling: it needs CAP_NET_ADMIN" : $"no busy polling: {Errno.Name(errno)}");
        }
    }

    private void Note(int errno, string text)
    {
        if (errno != 0 && !Notes.Contains(text))
        {
            Notes.Add(text);
        }
    }

    private LinuxException Refused(int index, int errno) => new($"bind an XDP socket to queue {index + _settings.StartQueue} of {_link.Name}", errno, errno switch
    {
        Errno.EBUSY => "another socket holds the queue: end its owner, or choose another with start_queue",
        Errno.EINVAL when _segments => "the kernel may be too old for frames of several buffers (6.6 and later have them): say jumbo=false",
        Errno.EINVAL => "the interface has no such queue: ask for fewer",
        Errno.ENODEV => "the interface is gone",
        Errno.EOPNOTSUPP => "the interface cannot be bound so: say zero_copy=off",
        Errno.EPERM => "run with CAP_NET_RAW",
        Errno.ENOBUFS or Errno.ENOMEM => "choose smaller rings, or free memory",
        _ => "look at the kernel's log",
    });

    private string ExplainZeroCopy(int errno)
    {
        string driver = Ethtool.DriverName(_link.Name);
        return errno switch
        {
            Errno.EOPNOTSUPP => $"the driver {(driver.Length > 0 ? $"'{driver}'" : "of the device")} has no zero copy{(_segments ? " (or none for frames of several buffers)" : string.Empty)} (EOPNOTSUPP)",
            Errno.EINVAL => $"the driver '{driver}' does not take this queue, ring or buffer size (EINVAL)",
            Errno.EBUSY => "another socket holds the queue (EBUSY)",
            Errno.ENOMEM => "the device could not map the memory (ENOMEM)",
            _ => $"the driver '{driver}' refused zero copy ({Errno.Name(errno)})",
        };
    }
}
