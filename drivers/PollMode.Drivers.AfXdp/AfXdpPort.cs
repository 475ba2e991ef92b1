using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Drivers.AfXdp.Xsk;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp;

/// <summary>A network interface: its queues' sockets, the program that leads frames to them, and the thread that follows the link.</summary>
internal sealed class AfXdpPort : IPort
{
    private static readonly TimeSpan LastFrames = TimeSpan.FromMilliseconds(200);

    /// <summary>Longer than any deferred release of a queue that was seen: until then a device with zero copy may still write to buffers.</summary>
    private static readonly TimeSpan DeviceRelease = TimeSpan.FromMilliseconds(100);

    private readonly AfXdpSettings _settings;
    private readonly PortContext _context;
    private readonly UmemRegion _region;
    private readonly List<XskQueue> _queues = [];
    private readonly HashSet<int> _dead = [];
    private readonly List<string> _report = [];
    private SocketMaker _maker = null!;
    private XdpAttachment? _attachment;
    private PromiscuousMode? _promiscuous;
    private LinkMonitor? _monitor;
    private DeviceChanges? _changes;
    private RxFacts _facts;
    private PacketFlags _txRequests;
    private bool _segments;
    private bool _disposed;

    internal AfXdpPort(PortSpec spec, AfXdpSettings settings, PortContext context, UmemRegion region)
    {
        Name = spec.Text;
        _settings = settings;
        _context = context;
        _region = region;
        try
        {
            _ = NetworkNamespace.Run(settings.Namespace, () => Open(spec));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; private set; } = new();

    public LinkState Link => _monitor?.State ?? LinkState.Gone;

    public IReadOnlyList<string> Report => _report;

    public IReadOnlyList<string> Faults => _changes?.Sentences ?? [];

    /// <summary>Sockets that were replaced because the kernel would never have sent from them again.</summary>
    internal int Replacements => _queues.Sum(queue => queue.Replacements);

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        XskQueue of = Find(queue, pool);
        if (of.IsRxOpen)
        {
            throw new PollModeException($"Receive queue {queue} of '{Name}' is open already; open each once.");
        }

        if (pool.Capacity < _settings.Rings.Fill)
        {
            throw new PollModeException(
                $"The pool '{pool.Name}' has {pool.Capacity} buffers, fewer than the {_settings.Rings.Fill} that receive queue {queue} of '{Name}' keeps; give it more, or set a smaller fill_ring.");
        }

        of.Rx ??= new AfXdpRxQueue(of, pool, _settings, _context.PortIndex, _facts, _attachment!.Gates);
        of.Rx.UsePool(pool);
        of.Rx.Refill(of.Socket.Fill);
        of.IsRxOpen = true;
        _attachment!.Lead(queue + _settings.StartQueue, of.Socket.Number);
        return of.Rx;
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        XskQueue of = Find(queue, pool);
        if (of.Tx != null)
        {
            throw new PollModeException($"Transmit queue {queue} of '{Name}' is open already; open each once.");
        }

        if (of.Rx == null)
        {
            // Some devices with zero copy lose frames, or hang, when a queue that only sends has nothing to receive into.
            of.Rx = new AfXdpRxQueue(of, pool, _settings, _context.PortIndex, _facts, _attachment!.Gates);
            of.Rx.Refill(of.Socket.Fill, Math.Min(_settings.Rings.Fill, pool.Capacity / 4));
        }

        return of.Tx = new AfXdpTxQueue(of, pool, _settings, _monitor!, _segments, _txRequests);
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        counters.Add(new PortCounter("link_changes", _monitor!.Changes));
        counters.Add(new PortCounter("queue_changes", _changes!.QueueChanges));
        counters.Add(new PortCounter("mtu_changes", _changes.MtuChanges));
        foreach (XskQueue queue in _queues)
        {
            queue.Collect(counters);
        }
    }

    /// <summary>Takes the program off first, so that nothing is led to a socket that closes; then brings every buffer home.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _monitor?.Dispose();
        _attachment?.Dispose();
        long deadline = Environment.TickCount64 + (long)LastFrames.TotalMilliseconds;
        while (_queues.Any(queue => queue.IsRunning && queue.Tx?.DrainAtEnd() == true) && Environment.TickCount64 < deadline)
        {
            Thread.Sleep(1);
        }

        foreach (XskQueue queue in _queues)
        {
            queue.CloseSocket();
        }

        WaitForDevice();
        foreach (XskQueue queue in _queues)
        {
            queue.FreeBuffers(_context.Arena);
            queue.Dispose();
        }

        _promiscuous?.Dispose();
    }

    private bool Open(PortSpec spec)
    {
        using var route = new RouteSocket();
        LinkSnapshot link = route.Find(_settings.Interface);
        int queues = AfXdpDriver.ChooseQueues(spec, _settings, link);
        int room = _region.RoomBytes;
        _segments = WantsSegments(link, room);
        _attachment = XdpAttachment.Make(_settings, link, queues + _settings.StartQueue, _segments);
        _segments &= _attachment.TakesFragments;
        _facts = _attachment.Facts;
        _maker = new SocketMaker(_settings, link, _region, _attachment.IsNative, _segments);
        _changes = new DeviceChanges(link.Name, _settings.StartQueue, queues, _segments ? int.MaxValue : room, Ethtool.ActiveRxQueues(link.Name), link.Mtu);
        _monitor = new LinkMonitor(link, Maintain, _changes.Note);
        for (int index = 0; index < queues; index++)
        {
            XskSocket socket = _maker.Make(index);
            _queues.Add(new XskQueue(index, socket, _context.Arena.Buffers, _segments, _monitor.Wake));
        }

        // When it copies, the kernel does for any device what the device itself may lack with zero copy.
        _txRequests = !_settings.TxMetadata ? 0 : _maker.IsZeroCopy ? NetdevFamily.TxRequestsOf(link.Index) : PacketFlags.TxChecksumPartial | PacketFlags.TxTimestamp;
        _promiscuous = _settings.Promiscuous ? PromiscuousMode.Enter(link.Index) : null;
        Capabilities = new PortCapabilities
        {
            RxQueues = queues,
            TxQueues = queues,
            MaxFrameBytes = Math.Min(link.Mtu + 14, _segments ? int.MaxValue : room),
            Segments = _segments,
            ZeroCopy = _maker.IsZeroCopy,
            RxFacts = RxMetadata.FlagsOf(_facts),
            TxRequests = _txRequests | PacketFlags.TxChecksumPartial,
            MacAddress = link.MacAddress,
        };
        PortReport.Write(_report, link, _settings, queues, room, _segments, _attachment, _maker, _txRequests);
        return true;
    }

    /// <summary>Whether frames of several buffers are to be taken.</summary>
    private bool WantsSegments(LinkSnapshot link, int room)
    {
        if (!link.IsLoopback)
        {
            return _settings.Jumbo ?? link.Mtu + PortReport.LongestHeader > room;
        }

        // The loopback has generic XDP alone, where a program that takes fragments has crashed kernels.
        return _settings.Jumbo == true
            ? throw new PollModeException($"'{Name}' wants frames of several buffers on the loopback interface, where they have crashed kernels; say jumbo=false.")
            : false;
    }

    private XskQueue Find(int queue, Mempool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if ((uint)queue >= (uint)_queues.Count)
        {
            throw new PollModeException($"'{Name}' has queues 0 to {_queues.Count - 1}, not {queue}; ask for another, or open the port with more.");
        }

        return pool.Arena == _context.Arena
            ? _queues[queue]
            : throw new PollModeException($"The pool '{pool.Name}' is of another arena than '{Name}', whose device knows its own alone; make the pool in the port's arena.");
    }

    /// <summary>Replaces sockets that will never send again. On the monitor's thread.</summary>
    /// <returns>True if a worker has yet to step back from one.</returns>
    private bool Maintain()
    {
        bool waits = false;
        foreach (XskQueue queue in _queues)
        {
            if (queue.IsRunning || _dead.Contains(queue.Index))
            {
                continue;
            }

            if (!queue.IsParked)
            {
                waits = true;
                continue;
            }

            try
            {
                queue.CloseSocket();
                WaitForDevice();
                queue.FreeBuffers(_context.Arena);
                XskSocket socket = NetworkNamespace.Run(_settings.Namespace, () => _maker.Remake(queue.Index));
                queue.Resume(socket, () => _attachment!.Lead(queue.Index + _settings.StartQueue, queue.Socket.Number));
            }
            catch (PollModeException fault)
            {
                // The device is gone, or somebody took the queue in the moment between. The workers go on with their other queues.
                _dead.Add(queue.Index);
                _changes!.Add($"Queue {queue.Index} of '{Name}' broke and got no other socket: {fault.Message}");
            }
        }

        return waits;
    }

    private void WaitForDevice()
    {
        if (_maker is { IsZeroCopy: true })
        {
            Thread.Sleep(DeviceRelease);
        }
    }
}
