using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.Tap;

/// <summary>
/// A TAP interface and a descriptor for each of its queues. Remembers what it changed on an interface that was there before, and puts it
/// back; an interface that it made goes with its last descriptor, unless it is to persist.
/// </summary>
internal sealed unsafe class TapDevice : IDisposable
{
    internal const string ControlPath = "/dev/net/tun";

    private const int Closed = -1;

    private readonly List<int> _queues = [];
    private readonly Stack<Action<string>> _undo = new();
    private int _control = Closed;

    /// <summary>The first queue's descriptor, by which any thread asks for the device.</summary>
    private volatile int _first = Closed;
    private InterfaceDrops? _drops;

    /// <summary>For a device that was there before: a descriptor to put its framing back with, which only attaching can, and what it was.</summary>
    private int _spare = Closed;
    private short _flagsBefore;
    private short _multiQueue;
    private int _headerBytesBefore;
    private WantedFeatures? _wantedBefore;
    private WantedFeatures? _wantedAttached;

    private TapDevice()
    {
    }

    /// <summary>The interface's name when it was opened.</summary>
    internal string Name { get; private set; } = string.Empty;

    internal int Mtu { get; private set; }

    internal ulong MacAddress { get; private set; }

    internal bool WasAttached { get; private set; }

    internal IReadOnlyList<int> Queues => _queues;

    /// <summary>Set by a queue that saw the device go.</summary>
    internal bool IsGone { get; set; }

    internal LinkState Link
    {
        get
        {
            if (IsGone || !TryReadName(out string name))
            {
                return LinkState.Gone;
            }

            // One that was moved to another network namespace has no state that can be read from here.
            InterfaceRequest request = InterfaceRequest.For(name);
            return LibC.Ioctl(_control, LibC.SIOCGIFFLAGS, &request) == 0 && (request.Flags & (LibC.IFF_UP | LibC.IFF_RUNNING)) == (LibC.IFF_UP | LibC.IFF_RUNNING) ? LinkState.Up : LinkState.Down;
        }
    }

    public void Dispose()
    {
        // The interface may go with its last descriptor: its counters are read before.
        _drops?.Dispose();
        bool isThere = TryReadName(out string name);
        while (_undo.TryPop(out Action<string>? undo))
        {
            if (isThere)
            {
                undo(name);
            }
        }

        _first = Closed;
        _queues.ForEach(queue => _ = LibC.Close(queue));
        _queues.Clear();
        PutFramingBack(isThere ? name : string.Empty);
        if (_control != Closed)
        {
            _ = LibC.Close(_control);
            _control = Closed;
        }
    }

    /// <summary>Opens the device in the calling thread's network namespace.</summary>
    /// <exception cref="LinuxException">A step failed; those before it have been undone.</exception>
    internal static TapDevice Open(TapSettings settings)
    {
        var device = new TapDevice();
        try
        {
            device._control = Check(
                LibC.Socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0), "open a socket to configure interfaces", "raise 'ulimit -n'");
            device.OpenQueues(settings);
            device.Configure(settings);
            device._drops = new InterfaceDrops(device.Name);
            if (settings.Persist && !device.WasAttached)
            {
                // Last: a device of which a step fails goes with its descriptors.
                Check(LibC.Ioctl(device._queues[0], LibC.TUNSETPERSIST, (void*)1), $"make the TAP device '{device.Name}' persistent", "run as root or with CAP_NET_ADMIN");
            }

            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>What the kernel dropped because the queues to us were full: <c>tx_dropped</c> of the interface. From any thread.</summary>
    internal long ReadKernelDrops() => _drops?.Read().Sent ?? 0;

    private static int Check(int result, string operation, string remedy) =>
        result >= 0 ? result : throw new LinuxException(operation, Marshal.GetLastPInvokeError(), remedy);

    /// <summary>A descriptor that belongs to no device yet, and to the calling thread's network namespace.</summary>
    private static int OpenControl()
    {
        fixed (byte* path = "/dev/net/tun\0"u8)
        {
            return Check(LibC.Open(path, LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0), $"open {ControlPath}", "run as root or with CAP_NET_ADMIN, and 'modprobe tun'");
        }
    }

    private void OpenQueues(TapSettings settings)
    {
        InterfaceRequest probe = InterfaceRequest.For(settings.Name);
        WasAttached = settings.Name.Length > 0 && LibC.Ioctl(_control, LibC.SIOCGIFINDEX, &probe) == 0;
        if (settings.Mode == "attach" && !WasAttached)
        {
            throw new LinuxException(
                $"attach to the TAP device '{settings.Name}'", Errno.ENODEV, $"create it with 'ip tuntap add dev {settings.Name} mode tap', or leave out open=attach");
        }

        Name = settings.Name;
        if (WasAttached && TapFlags.Read(probe.Number) is { } before)
        {
            _flagsBefore = before;
            _wantedBefore = WantedFeatures.Read(_control, settings.Name);
            _spare = OpenControl();
        }

        short flags = (short)(LibC.IFF_TAP | LibC.IFF_NO_PI | LibC.IFF_VNET_HDR);
        flags |= settings.Queues > 1 ? LibC.IFF_MULTI_QUEUE : (short)0;
        flags |= settings.Mode == "create" ? LibC.IFF_TUN_EXCL : (short)0;
        for (int queue = 0; queue < settings.Queues; queue++)
        {
            int descriptor = OpenControl();
            _queues.Add(descriptor);
            _first = _queues[0];
            Attach(descriptor, ref flags, settings);
        }

        _wantedAttached = _wantedBefore == null ? null : WantedFeatures.Read(_control, Name);
    }

    private void Attach(int descriptor, ref short flags, TapSettings settings)
    {
        InterfaceRequest request = InterfaceRequest.For(Name);
        request.Flags = flags;
        int result = LibC.Ioctl(descriptor, LibC.TUNSETIFF, &request);
        if (result != 0 && Marshal.GetLastPInvokeError() == Errno.EINVAL && WasAttached && settings.Queues == 1)
        {
            // A device made with several queues wants to be told so even by one that opens a single queue.
            flags |= LibC.IFF_MULTI_QUEUE;
            request.Flags = flags;
            result = LibC.Ioctl(descriptor, LibC.TUNSETIFF, &request);
        }

        string what = WasAttached ? "attach to" : "create";
        Check(result, $"{what} the TAP device '{(Name.Length == 0 ? "tap%d" : Name)}'", Marshal.GetLastPInvokeError() switch
        {
            Errno.EPERM => "run as root or with CAP_NET_ADMIN",
            Errno.EBUSY => settings.Mode == "create" ? "it exists already; leave out open=create or choose another name" : "another process has it open; close that, or give the device more queues",
            Errno.EINVAL => "the interface is no TAP device, or it was made without multi_queue; choose another name, or delete it first",
            _ => "check 'ip -d link' for what the interface is",
        });

        // Behind the first queue the name is the kernel's, and the device exists.
        Name = request.ReadName();
        flags &= (short)~LibC.IFF_TUN_EXCL;
        _multiQueue = (short)(flags & LibC.IFF_MULTI_QUEUE);
        uint offload = settings.Offload switch
        {
            "segmentation" => LibC.TUN_F_CSUM | LibC.TUN_F_TSO4 | LibC.TUN_F_TSO6 | LibC.TUN_F_TSO_ECN,
            "checksum" => LibC.TUN_F_CSUM,
            _ => 0,
        };
        Check(LibC.Ioctl(descriptor, LibC.TUNSETOFFLOAD, (void*)offload), $"set offloads of the TAP device '{Name}'", "leave out the option offload");
        int bytes = 0;
        if (_headerBytesBefore == 0 && LibC.Ioctl(descriptor, LibC.TUNGETVNETHDRSZ, &bytes) == 0)
        {
            _headerBytesBefore = bytes;
        }

        bytes = VirtioNetHeader.Bytes;
        Check(LibC.Ioctl(descriptor, LibC.TUNSETVNETHDRSZ, &bytes), $"set the header size of the TAP device '{Name}'", "use Linux 2.6.34 or later");
    }

    private void Configure(TapSettings settings)
    {
        InterfaceRequest before = InterfaceRequest.For(Name);
        Check(LibC.Ioctl(_control, LibC.SIOCGIFHWADDR, &before), $"read the address of '{Name}'", "check 'ip link'");
        if (settings.Mac is { } mac)
        {
            InterfaceRequest request = InterfaceRequest.For(Name);
            request.Family = LibC.ARPHRD_ETHER;
            for (int i = 0; i < 6; i++)
            {
                request.Address[i] = (byte)(mac >> (40 - (8 * i)));
            }

            Set(LibC.SIOCSIFHWADDR, request, before, $"set the address of '{Name}'", "choose another address, or run with CAP_NET_ADMIN");
        }

        if (settings.Mtu > 0)
        {
            before = InterfaceRequest.For(Name);
            Check(LibC.Ioctl(_control, LibC.SIOCGIFMTU, &before), $"read the MTU of '{Name}'", "check 'ip link'");
            InterfaceRequest request = InterfaceRequest.For(Name);
            request.Number = settings.Mtu;
            Set(LibC.SIOCSIFMTU, request, before, $"set the MTU of '{Name}' to {settings.Mtu}", "choose a smaller one, or run with CAP_NET_ADMIN");
        }

        if (settings.Up)
        {
            before = InterfaceRequest.For(Name);
            Check(LibC.Ioctl(_control, LibC.SIOCGIFFLAGS, &before), $"read the flags of '{Name}'", "check 'ip link'");
            InterfaceRequest request = before;
            request.Flags |= LibC.IFF_UP;
            if (request.Flags != before.Flags)
            {
                Set(LibC.SIOCSIFFLAGS, request, before, $"set '{Name}' up", "run as root or with CAP_NET_ADMIN");
            }
        }

        ReadBack();
    }

    private void Set(uint command, InterfaceRequest request, InterfaceRequest before, string operation, string remedy)
    {
        Check(LibC.Ioctl(_control, command, &request), operation, remedy);
        if (WasAttached)
        {
            _undo.Push(name =>
            {
                InterfaceRequest original = InterfaceRequest.For(name);
                original.Value = before.Value;
                _ = LibC.Ioctl(_control, command, &original);
            });
        }
    }

    /// <summary>The name that the device of our descriptors has now, whoever renamed it. False if it is gone.</summary>
    private bool TryReadName(out string name)
    {
        InterfaceRequest request = default;
        bool isThere = LibC.Ioctl(_first, LibC.TUNGETIFF, &request) == 0;
        name = isThere ? request.ReadName() : string.Empty;
        return isThere;
    }

    /// <summary>
    /// Makes a device that was there before carry frames as it did, with no offloads but those asked for that it was, as the next who attaches
    /// expects. Attaching says how; so it is done once more, and let go of at once.
    /// </summary>
    /// <param name="name">Its name; empty if it is gone.</param>
    private void PutFramingBack(string name)
    {
        if (_spare == Closed)
        {
            return;
        }

        InterfaceRequest found = InterfaceRequest.For(name);
        InterfaceRequest request = found;
        request.Flags = (short)(_flagsBefore | _multiQueue);

        // With our queues it may have gone, and asking would make a new one.
        if (name.Length > 0 && LibC.Ioctl(_control, LibC.SIOCGIFINDEX, &found) == 0 && LibC.Ioctl(_spare, LibC.TUNSETIFF, &request) == 0)
        {
            int bytes = _headerBytesBefore;
            WantedFeatures? wanted = WantedFeatures.AtEnd(_wantedBefore, _wantedAttached, WantedFeatures.Read(_control, name));
            _ = LibC.Ioctl(_spare, LibC.TUNSETOFFLOAD, null);
            _ = bytes > 0 ? LibC.Ioctl(_spare, LibC.TUNSETVNETHDRSZ, &bytes) : 0;
            wanted?.PutBack(_control, name);
        }

        _ = LibC.Close(_spare);
        _spare = Closed;
    }

    private void ReadBack()
    {
        InterfaceRequest request = InterfaceRequest.For(Name);
        Mtu = LibC.Ioctl(_control, LibC.SIOCGIFMTU, &request) == 0 ? request.Number : 1500;
        request = InterfaceRequest.For(Name);
        if (LibC.Ioctl(_control, LibC.SIOCGIFHWADDR, &request) == 0)
        {
            for (int i = 0; i < 6; i++)
            {
                MacAddress = (MacAddress << 8) | request.Address[i];
            }
        }
    }
}
