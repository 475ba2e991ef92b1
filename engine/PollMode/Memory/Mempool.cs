using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// A pool of fixed-size buffers in hugepage slabs, after the hugepage-aware page allocator (HPA) of "Overcoming the IOTLB wall for
/// multi-100-Gbps Linux-based networking". One worker owns it and alone rents from it; any thread may return to it.
/// Rent takes from the cache, then what came home, then the backup (cut before the start and never rented), then a new slab.
/// </summary>
/// <remarks>
/// A buffer is in exactly one place: cache, home, backup, or in flight. Home is its slab's bitmap, not a ring: buffers leave it in runs of
/// one slab, however they came, so that a pool in use for days asks a device's IOTLB for as few translations as a fresh one
/// (perf/README.md has the simulation). The owner's side is plain memory; all that is shared is the <see cref="HomeBoard"/>.
/// </remarks>
public sealed unsafe partial class Mempool : IDisposable
{
    private readonly NativeBlock _block;
    private readonly MempoolCounters* _counters;
    private readonly int _refill;
    private readonly int _wholeRun;
    private readonly int _slabLimit;
    private readonly HomeBoard _board;
    private readonly Slab?[] _slabs;
    private readonly ushort _id;
    private MempoolHotState _hot;
    private int _ownerThread;
    private int _backup;
    private int _backupSlot;
    private Slab? _firstSlab;
    private int _slabCount;
    private volatile int _state;

    /// <summary>Takes slabs from the arena for the buffers asked for. The calling thread owns the pool until <see cref="BindOwner"/>.</summary>
    /// <exception cref="PollModeException">An option is out of range, or the arena has not enough memory.</exception>
    public Mempool(Arena arena, MempoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(arena);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(arena);
        Arena = arena;
        Name = options.Name;
        _hot.RecycleLimit = options.CacheRecycleLimit;
        _refill = options.CacheRefill;
        _wholeRun = Math.Max(1, Math.Min(_refill, arena.BuffersPerSlab / 4));
        int slabs = (options.Buffers + arena.BuffersPerSlab - 1) / arena.BuffersPerSlab;
        _slabLimit = Math.Max(slabs, (options.LimitBuffers + arena.BuffersPerSlab - 1) / arena.BuffersPerSlab);
        LimitBuffers = _slabLimit * arena.BuffersPerSlab;
        _ownerThread = Environment.CurrentManagedThreadId;
        _block = new NativeBlock(sizeof(MempoolCounters) + ((long)options.CacheCapacity * sizeof(Packet)), "a pool's cache", numaNode: arena.NumaNode);
        _counters = (MempoolCounters*)_block.Pointer;
        _hot.Cache = (Packet*)(_block.Pointer + sizeof(MempoolCounters));
        _board = new HomeBoard(_slabLimit, arena.BuffersPerSlab, arena.NumaNode);
        _slabs = new Slab?[_slabLimit];
        _calm = new CalmWatch(arena.BuffersPerSlab);
        _id = PoolTable.Add(this);
        try
        {
            Prefill(slabs);
        }
        catch
        {
            GiveBackSlabs();
            Forget();
            throw;
        }

        _slabMinimum = slabs;
        if (_slabLimit > slabs && options.Supplier is { } supplier)
        {
            _supplier = supplier;
            supplier.Serve(this);
        }
    }

    /// <summary>What to call the pool in reports and metrics.</summary>
    public string Name { get; }

    /// <summary>The arena its slabs are cut from.</summary>
    public Arena Arena { get; }

    /// <summary>Buffers the pool has now.</summary>
    public int Capacity => Volatile.Read(ref _slabCount) * Arena.BuffersPerSlab;

    /// <summary>Buffers the pool may grow to.</summary>
    public int LimitBuffers { get; }

    /// <summary>Where the pool is in its life.</summary>
    public MempoolState State => (MempoolState)_state;

    /// <summary>Buffers out of the pool: rented and not yet home. Exact while nobody rents or returns; otherwise as many as move may be missed.</summary>
    public int InFlight => Math.Max(0, Capacity - InCache - InRing - Volatile.Read(ref _backup));

    /// <summary>The pool's counters and contents, which add up to its capacity. From any thread.</summary>
    public MempoolStatistics Statistics
    {
        get
        {
            int capacity = Capacity;
            int cached = InCache;
            int pending = _board.Pending;
            int ring = _board.Count + pending;
            int backup = Volatile.Read(ref _backup);
            return Counted() with
            {
                Ring = Volatile.Read(ref _counters->Ring) + pending,
                Capacity = capacity,
                InCache = cached,
                InRing = ring,
                InBackup = backup,
                InFlight = Math.Max(0, capacity - cached - ring - backup),
            };
        }
    }

    private int InRing => _board.Count + _board.Pending;

    /// <summary>Buffers in the cache, from any thread: tries to read both ends at one moment, and keeps what it could not within reason.</summary>
    private int InCache
    {
        get
        {
            long pushed;
            long popped = Volatile.Read(ref _hot.Popped);
            for (int tries = 0; ; tries++)
            {
                pushed = Volatile.Read(ref _hot.Pushed);
                long again = Volatile.Read(ref _hot.Popped);
                if (again == popped || tries == 100)
                {
                    return (int)Math.Clamp(pushed - again, 0, Capacity);
                }

                popped = again;
            }
        }
    }

    /// <summary>Makes the calling thread the owner: a worker does so before its first burst.</summary>
    public void BindOwner() => Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);

    /// <summary>Gives buffers with a reference count of one, one segment and whatever bytes they held. Owner only.</summary>
    /// <param name="packets">Where to put them.</param>
    /// <returns>How many, from the front of the span; fewer than asked for when the pool is exhausted.</returns>
    public int Rent(Span<Packet> packets)
    {
        if (Ledger.IsOn)
        {
            return RentForLedger(packets);
        }

        int wanted = packets.Length;
        long popped = _hot.Popped;
        long left = _hot.Pushed - popped - wanted;
        if (left < 0)
        {
            return RentSlow(packets);
        }

        Copy(_hot.Cache + left, ref MemoryMarshal.GetReference(packets), wanted);
        _hot.Popped = popped + wanted;
        return wanted;
    }

    /// <summary>Gives one buffer. Owner only.</summary>
    /// <returns>False when the pool is exhausted.</returns>
    public bool TryRent(out Packet packet)
    {
        long popped = _hot.Popped;
        long left = _hot.Pushed - popped - 1;
        if (left < 0 || Ledger.IsOn)
        {
            return RentOne(out packet);
        }

        packet = _hot.Cache[left];
        _hot.Popped = popped + 1;
        return true;
    }

    /// <summary>
    /// Takes packets and gives up their references. Owner of this pool only, but the packets may be of any pool: those of others go home
    /// in batches.
    /// </summary>
    public void Return(ReadOnlySpan<Packet> packets)
    {
        if (Ledger.IsOn)
        {
            // All by the careful way, one buffer after the other.
            Ledger.Owning(this, _ownerThread, nameof(Return));
            Ledger.Returning(packets);
            ReturnSlow(packets);
            return;
        }

        if (Volatile.Read(ref _hot.Unusual) != 0)
        {
            ReturnAmongUnusual(packets);
            return;
        }

        // Buffers of another slab than the one rented from would mix slabs in the cache (perf/README.md, "Strays"): the handle alone tells
        // that, and while no packet of the pool is shared or has a chain nothing else has to be asked.
        long pushed = _hot.Pushed;
        long cached = pushed - _hot.Popped;
        int length = packets.Length;
        if (cached + length <= _hot.RecycleLimit
            && TryRecycle(ref MemoryMarshal.GetReference(packets), _hot.Cache + cached, length, _hot.FirstHandle, _hot.LastHandle))
        {
            _hot.Pushed = pushed + length;
            return;
        }

        ReturnSlow(packets);
    }

    /// <summary>Takes one packet and gives up its reference. Owner of this pool only.</summary>
    public void Return(Packet packet)
    {
        long pushed = _hot.Pushed;
        long cached = pushed - _hot.Popped;
        if (cached < _hot.RecycleLimit && !Ledger.IsOn && packet.Metadata->Ownership == _hot.Simple)
        {
            _hot.Cache[cached] = packet;
            _hot.Pushed = pushed + 1;
            return;
        }

        ReturnOne(packet);
    }

    /// <summary>Takes packets and gives up their references, from a thread that owns no pool: they go home in batches.</summary>
    [SkipLocalsInit]
    public static void Free(ReadOnlySpan<Packet> packets)
    {
        if (Ledger.IsOn)
        {
            Ledger.Returning(packets);
        }

        var homeward = new ReturnBatch(null);
        foreach (Packet packet in packets)
        {
            homeward.Release(packet);
        }

        homeward.Flush();
    }

    /// <summary>A pool and its fill, for a debugger.</summary>
    public override string ToString() => $"{Name}: {State}, {Capacity} buffers of {Arena.BufferBytes} bytes, {InFlight} in flight";

    /// <summary>Gives up a packet from whatever thread this is.</summary>
    internal static void FreeFromAnyThread(Packet packet)
    {
        if (Ledger.IsOn)
        {
            // Checked before the packet is asked anything: its arena may be gone.
            Free(new ReadOnlySpan<Packet>(in packet));
            return;
        }

        Mempool pool = packet.Pool;
        if (Environment.CurrentManagedThreadId == Volatile.Read(ref pool._ownerThread))
        {
            pool.Return(packet);
            return;
        }

        Free(new ReadOnlySpan<Packet>(in packet));
    }

    /// <summary>No thread owns the pool: every return goes home past the cache, and whoever rents must see to it that one does at a time.</summary>
    internal void UnbindOwner() => Volatile.Write(ref _ownerThread, -1);

    private MempoolStatistics Counted() => new()
    {
        Fast = Volatile.Read(ref _hot.Popped) - Volatile.Read(ref _counters->Slow),
        Slow = Volatile.Read(ref _counters->Slow),
        SlowHighOrder = Volatile.Read(ref _counters->SlowHighOrder),
        Empty = Volatile.Read(ref _counters->Empty),
        Refill = Volatile.Read(ref _counters->Refill),
        Waive = Volatile.Read(ref _waived),
        Cached = Volatile.Read(ref _hot.Pushed) - Volatile.Read(ref _counters->Filled),
        CacheFull = Volatile.Read(ref _counters->CacheFull),
        Stray = Volatile.Read(ref _counters->Stray),
        ReleasedReferenceCount = Volatile.Read(ref _counters->ReleasedReferenceCount),
        Backup = Volatile.Read(ref _counters->Backup),
        BackupEmpty = Volatile.Read(ref _counters->BackupEmpty),
        DirectInject = Volatile.Read(ref _counters->DirectInject),
        Exhausted = Volatile.Read(ref _counters->Exhausted),
        HeldBack = Volatile.Read(ref _counters->HeldBack),
        SlabsSetFree = Volatile.Read(ref _counters->SlabsSetFree),
        Slabs = Volatile.Read(ref _slabCount),
        State = State,
    };

    private void Prefill(int slabs)
    {
        for (int i = 0; i < slabs; i++)
        {
            Slab slab = TakeSlab() ?? throw new PollModeException(
                $"The pool '{Name}' needs {slabs} slabs of 2 MiB and the arena gave {i}" +
                $"{string.Concat(Arena.Report.Select(line => "; " + line))}. Ask for fewer buffers, raise the arena's limit, or allow smaller pages.");
            slab.Used = 0;
            _backup += Arena.BuffersPerSlab;
        }
    }

    private Slab? TakeSlab()
    {
        if (_slabCount == _slabLimit || Arena.TryTakeSlab() is not { } slab)
        {
            return null;
        }

        Accept(slab);
        Link(slab);
        return slab;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private void ReturnSlow(ReadOnlySpan<Packet> packets)
    {
        var homeward = new ReturnBatch(this);
        var home = new HomeRun(_board);
        foreach (Packet packet in packets)
        {
            if (packet.Metadata->PoolId == _id && packet.Metadata->IsSimple)
            {
                if (Ledger.IsOn)
                {
                    Ledger.Home(packet);
                }

                Recycle(packet, ref home);
            }
            else
            {
                homeward.Release(packet);
            }
        }

        home.Flush();
        homeward.Flush();
    }

    /// <summary>Owner's return of one buffer that is free now: into the cache if it is of the slab rented from, otherwise home.</summary>
    private void Recycle(Packet packet, ref HomeRun home)
    {
        if (_hot.Cached >= _hot.RecycleLimit)
        {
            _counters->CacheFull++;
        }
        else if (packet.Metadata->Ownership == _hot.Simple)
        {
            _hot.Cache[_hot.Cached] = packet;
            _hot.Pushed++;
            return;
        }
        else
        {
            _counters->Stray++;
        }

        home.Add(packet);
        _counters->Ring++;
    }

    /// <summary>Brings free buffers of this pool home. Neighbours that follow each other cost one atomic operation together.</summary>
    private void TakeFromAnyThread(ReadOnlySpan<Packet> packets)
    {
        var home = new HomeRun(_board);
        foreach (Packet packet in packets)
        {
            home.AddForeign(packet);
        }

        home.FlushForeign();

        // With the last buffer home nothing else refers to a pool that drains, and its finalizer would take bitmaps and counters away.
        GC.KeepAlive(this);
    }
}
