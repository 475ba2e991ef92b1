namespace PollMode.Drivers.Memif;

/// <summary>A shared-memory interface. Connections come and go under it; its queues follow <see cref="Current"/>.</summary>
internal sealed class MemifPort : IPort
{
    /// <summary>The longest frame taken from a peer, whose chains could go on for ever.</summary>
    internal const int MaxFrameBytes = 65535;

    /// <summary>Why a client connects to nobody any more.</summary>
    internal const string Holed = "a server punched a hole into the shared packet buffers when no hugepage was free to fill it; buffers of zeros are in its place and are "
        + "shared with nobody. Open the engine anew to connect again; set zero_copy=off for a server that is not trusted, or leave hugepages free";

    /// <summary>A region's offsets have 32 bits.</summary>
    private const long LargestRegion = 1L << 32;

    private volatile MemifQueue[] _queues = [];
    private readonly HashSet<int> _receive = [];
    private readonly HashSet<int> _transmit = [];
    private readonly string _how;

    /// <summary>Null for a port that shares no packet buffers.</summary>
    private readonly ArenaWatch? _watch;
    private readonly int _wake;
    private volatile MemifLink? _current;
    private volatile bool _closing;
    private volatile string _lastEnd = string.Empty;
    private MemifListener? _listener;
    private Thread? _client;
    private long _connections;
    private long _violations;
    private int _serving;
    private bool _disposed;

    internal MemifPort(PortSpec spec, MemifSettings settings, PortContext context)
    {
        Name = spec.Text;
        Settings = settings;
        Context = context;
        Arena arena = context.Arena;
        string whyNot = arena.SharedFileDescriptor < 0 ? "the arena is not shared memory"
            : arena.LengthBytes > LargestRegion ? $"the arena has {arena.LengthBytes >> 20} MiB and a region at most 4096; use fewer buffers"
            : string.Empty;
        if (settings.WantsZeroCopy && whyNot.Length == 0)
        {
            _watch = ArenaWatch.Of(context, begin: settings.Guard != MemoryGuard.Off);
            whyNot = settings.ZeroCopy == "auto" && settings.Guard != MemoryGuard.Off && _watch.IsPartial && Region.IsOfHugePages(arena.SharedFileDescriptor)
                ? $"a server could end this process by holes in its hugepages: {VanishingMemory.WhyNot}; zero_copy=on or guard=off trusts the server"
                : string.Empty;
        }

        IsZeroCopy = settings.WantsZeroCopy && whyNot.Length == 0;
        if (settings.WantsZeroCopy && !IsZeroCopy && settings.ZeroCopy == "on")
        {
            throw new PollModeException($"'{spec.Text}' asks for zero_copy=on, but {whyNot}. Set zero_copy=auto to copy instead.");
        }

        long copyingBytes = 2L * settings.Queues * (Ring.BytesFor(settings.Log2RingSize) + ((long)settings.BufferBytes << settings.Log2RingSize));
        if (!settings.IsServer && !IsZeroCopy && copyingBytes > LargestRegion)
        {
            throw new PollModeException($"'{spec.Text}' needs {copyingBytes >> 20} MiB for its buffers and a region has at most 4096; use fewer queues, or a smaller rsize or bsize.");
        }

        _how = settings.IsServer ? "server, copies"
            : IsZeroCopy ? "client, zero-copy"
            : $"client, copies ({(settings.WantsZeroCopy ? whyNot : "zero_copy=off")})";
        Capabilities = new PortCapabilities
        {
            RxQueues = settings.Queues,
            TxQueues = settings.Queues,
            MaxFrameBytes = MaxFrameBytes,
            Segments = true,
            ZeroCopy = IsZeroCopy,
            TxRequests = PacketFlags.TxChecksumPartial | PacketFlags.HasVlan,
        };
        _wake = LibC.NewEventFd();
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => _disposed ? LinkState.Gone : _current is { Fault: null } ? LinkState.Up : LinkState.Down;

    public IReadOnlyList<string> Report
    {
        get
        {
            string state = Describe();
            int slow = _current?.UnwatchedRegions ?? 0;
            return slow > 0 ? [state, $"{slow} region(s) of the peer are copied through the kernel, which is slow: {VanishingMemory.WhyNot}; guard=off trusts the peer"]
                : IsZeroCopy && Settings.Guard != MemoryGuard.Off && _watch is { IsPartial: true } ? [state, $"a server that punches holes into shared hugepages may end this process: {VanishingMemory.WhyNot}; copy (zero_copy=off) for one that is not trusted"]
                : [state];
        }
    }

    public IReadOnlyList<string> Faults => ArenaHasHoles ? [$"{Name}: {Holed}."] : [];

    internal MemifSettings Settings { get; }

    internal PortContext Context { get; }

    internal bool IsZeroCopy { get; }

    /// <summary>Whether a server took packet buffers away that this port shares: it connects to nobody from then on.</summary>
    internal bool ArenaHasHoles => IsZeroCopy && _watch is { HasHoles: true };

    /// <summary>The established connection, or null.</summary>
    internal MemifLink? Current => _current;

    /// <summary>All queues opened so far.</summary>
    internal MemifQueue[] Queues => _queues;

    internal bool IsClosing => _closing;

    internal int WakeDescriptor => _wake;

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        Check(queue, _receive);
        return IsZeroCopy ? Add(new ZeroCopyRxQueue(this, queue, pool)) : Add(new CopyRxQueue(this, queue, pool));
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        Check(queue, _transmit);
        return IsZeroCopy ? Add(new ZeroCopyTxQueue(this, queue, pool)) : Add(new CopyTxQueue(this, queue, pool));
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        counters.Add(new PortCounter("connections", Volatile.Read(ref _connections)));
        counters.Add(new PortCounter("protocol_violations", Volatile.Read(ref _violations)));
        counters.Add(new PortCounter("copied", _queues.Sum(queue => queue.Counters.Copied)));
        counters.Add(new PortCounter("interrupts_sent", _queues.Sum(queue => queue.InterruptsSent)));
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _closing = true;
        foreach (MemifQueue queue in _queues)
        {
            queue.Dispose();
        }

        // The thread that serves a connection ends once no queue has the link, which is now.
        Wake();
        _client?.Join();
        SpinWait.SpinUntil(() => Volatile.Read(ref _serving) == 0);
        _listener?.Leave(this);
        _disposed = true;
        _ = LibC.Close(_wake);
    }

    /// <summary>Starts to listen or to connect.</summary>
    /// <exception cref="PollModeException">The socket cannot be listened on, or another port has the same id on it.</exception>
    internal void Start(PortContext context)
    {
        if (Settings.IsServer)
        {
            _listener = MemifListener.Join(context.Shared, this);
            return;
        }

        _client = new Thread(new MemifClient(this).Run) { Name = $"memif-{Settings.Id}", IsBackground = true };
        _client.Start();
    }

    /// <summary>For a thread that is about to serve a connection of this port. False if one does so already, or the port is closing.</summary>
    /// <remarks>First taken, then looked: a port that closes waits for whoever has taken it, so one that takes it later must see the closing.</remarks>
    internal bool TryBeginServing()
    {
        if (Interlocked.CompareExchange(ref _serving, 1, 0) != 0)
        {
            return false;
        }

        if (!_closing)
        {
            return true;
        }

        EndServing();
        return false;
    }

    internal void EndServing() => Volatile.Write(ref _serving, 0);

    internal void Publish(MemifLink link)
    {
        Interlocked.Increment(ref _connections);
        _lastEnd = string.Empty;
        _current = link;
    }

    /// <summary>Takes the link away from the queues, waits until the last has let go of it, and unmaps it.</summary>
    internal void Withdraw(MemifLink link, string why)
    {
        _lastEnd = why;
        _current = null;
        Interlocked.MemoryBarrier();
        while (Array.Exists(_queues, queue => queue.Uses(link)))
        {
            Thread.Sleep(1);
        }

        link.Dispose();
    }

    /// <summary>The same, after a look. For a thread that has the time.</summary>
    internal bool LookForHoles() => IsZeroCopy && _watch!.Look();

    internal void NoteEnd(string why) => _lastEnd = why;

    internal void CountViolation() => Interlocked.Increment(ref _violations);

    /// <summary>Makes the control thread look.</summary>
    internal unsafe void Wake()
    {
        ulong one = 1;
        _ = LibC.Write(_wake, &one, sizeof(ulong));
    }

    internal unsafe void TakeWake()
    {
        ulong count;
        _ = LibC.Read(_wake, &count, sizeof(ulong));
        if (_closing)
        {
            Wake();
        }
    }

    private string Describe() =>
        $"memif {_how}; socket {Settings.Socket}, id {Settings.Id}, {Settings.Queues} ring pair(s) of {1 << Settings.Log2RingSize}, " +
        $"{(Settings.Interrupt ? "interrupts" : "polling")}; " +
        (_current != null ? "connected" : "not connected" + (_lastEnd.Length > 0 ? $" (last: {_lastEnd})" : string.Empty));

    private T Add<T>(T queue)
        where T : MemifQueue
    {
        // Read by other threads all the time: replaced, never changed. Queues are opened by one thread.
        _queues = [.. _queues, queue];
        return queue;
    }

    private void Check(int queue, HashSet<int> opened)
    {
        if ((uint)queue >= (uint)Settings.Queues || !opened.Add(queue))
        {
            throw new PollModeException($"Queue {queue} of '{Name}' cannot be opened: it has queues 0 to {Settings.Queues - 1}, each opened once; raise the option queues.");
        }
    }
}
