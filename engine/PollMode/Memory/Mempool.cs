using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>
/// A pool of fixed-size buffers in hugepage slabs, after the hugepage-aware page allocator (HPA) of "Overcoming the IOTLB wall for
/// multi-100-Gbps Linux-based networking". One worker owns it and alone rents from it; any thread may return to it.
/// Rent takes from the cache, then the ring, then the backup ring, then a new slab.
/// </summary>
/// <remarks>
/// A buffer is in exactly one place: cache, ring, backup ring, or in flight. The owner's side is plain memory; the only shared state is
/// the <see cref="ReturnRing"/> and the overflow list behind it, a stack that producers push by compare-and-swap (release) and the owner
/// takes whole by exchange (acquire), so that no address is ever compared after it was reused.
/// </remarks>
public sealed unsafe partial class Mempool : IDisposable
{
    private readonly NativeBlock _block;
    private readonly Packet* _cache;
    private readonly MempoolCounters* _counters;
    private readonly ulong _simple;
    private readonly int _recycleLimit;
    private readonly int _refill;
    private readonly int _slabLimit;
    private readonly ReturnRing _ring;
    private readonly BackupRing _backup;
    private readonly ushort _id;
    private int _count;
    private int _ownerThread;
    private nint _overflow;
    private int _overflowCount;
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
        _recycleLimit = options.CacheRecycleLimit;
        _refill = options.CacheRefill;
        int slabs = (options.Buffers + arena.BuffersPerSlab - 1) / arena.BuffersPerSlab;
        _slabLimit = Math.Max(slabs, (options.LimitBuffers + arena.BuffersPerSlab - 1) / arena.BuffersPerSlab);
        LimitBuffers = _slabLimit * arena.BuffersPerSlab;
        _ownerThread = Environment.CurrentManagedThreadId;
        _block = new NativeBlock(sizeof(MempoolCounters) + ((long)options.CacheCapacity * sizeof(Packet)), "a pool's cache");
        _counters = (MempoolCounters*)_block.Pointer;
        _cache = (Packet*)(_block.Pointer + sizeof(MempoolCounters));
        _ring = new ReturnRing(options.RingCapacity > 0 ? options.RingCapacity : LimitBuffers);
        _backup = new BackupRing(LimitBuffers);
        _id = PoolTable.Add(this);
        _simple = PacketMetadata.SimpleOwnership(_id);
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
    public int InFlight => Math.Max(0, Capacity - Volatile.Read(ref _count) - InRing - _backup.Count);

    /// <summary>The pool's counters and contents, which add up to its capacity. From any thread.</summary>
    public MempoolStatistics Statistics
    {
        get
        {
            int capacity = Capacity;
            int cached = Volatile.Read(ref _count);
            int ring = InRing;
            int backup = _backup.Count;
            return Counted() with
            {
                Capacity = capacity,
                InCache = cached,
                InRing = ring,
                InBackup = backup,
                InFlight = Math.Max(0, capacity - cached - ring - backup),
            };
        }
    }

    private int InRing => _ring.Count + Volatile.Read(ref _overflowCount);

    /// <summary>Makes the calling thread the owner: a worker does so before its first burst.</summary>
    public void BindOwner() => Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);

    /// <summary>Gives buffers with a reference count of one, one segment and whatever bytes they held. Owner only.</summary>
    /// <param name="packets">Where to put them.</param>
    /// <returns>How many, from the front of the span; fewer than asked for when the pool is exhausted.</returns>
    public int Rent(Span<Packet> packets)
    {
        int wanted = packets.Length;
        int left = _count - wanted;
        if (left < 0)
        {
            return RentSlow(packets);
        }

        new ReadOnlySpan<Packet>(_cache + left, wanted).CopyTo(packets);
        _count = left;
        _counters->Fast += wanted;
        return wanted;
    }

    /// <summary>Gives one buffer. Owner only.</summary>
    /// <returns>False when the pool is exhausted.</returns>
    public bool TryRent(out Packet packet)
    {
        Unsafe.SkipInit(out packet);
        return Rent(new Span<Packet>(ref packet)) == 1;
    }

    /// <summary>
    /// Takes packets and gives up their references. Owner of this pool only, but the packets may be of any pool: those of others go home
    /// over their rings, in batches.
    /// </summary>
    public void Return(ReadOnlySpan<Packet> packets)
    {
        int count = _count;
        int taken = 0;
        if (count + packets.Length <= _recycleLimit)
        {
            Packet* top = _cache + count;
            ulong simple = _simple;
            foreach (Packet packet in packets)
            {
                if (packet.Metadata->Ownership != simple)
                {
                    break;
                }

                top[taken++] = packet;
            }

            _count = count + taken;
            _counters->Cached += taken;
        }

        if (taken < packets.Length)
        {
            ReturnSlow(packets[taken..]);
        }
    }

    /// <summary>Takes one packet and gives up its reference. Owner of this pool only.</summary>
    public void Return(Packet packet) => Return(new ReadOnlySpan<Packet>(in packet));

    /// <summary>Takes packets and gives up their references, from a thread that owns no pool: they go home over their pools' rings, in batches.</summary>
    public static void Free(ReadOnlySpan<Packet> packets)
    {
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
        Mempool pool = packet.Pool;
        if (Environment.CurrentManagedThreadId == Volatile.Read(ref pool._ownerThread))
        {
            pool.Return(packet);
            return;
        }

        Free(new ReadOnlySpan<Packet>(in packet));
    }

    /// <summary>No thread owns the pool: every return goes over the ring, and whoever rents must see to it that one does at a time.</summary>
    internal void UnbindOwner() => Volatile.Write(ref _ownerThread, -1);

    private MempoolStatistics Counted() => new()
    {
        Fast = Volatile.Read(ref _counters->Fast),
        Slow = Volatile.Read(ref _counters->Slow),
        SlowHighOrder = Volatile.Read(ref _counters->SlowHighOrder),
        Empty = Volatile.Read(ref _counters->Empty),
        Refill = Volatile.Read(ref _counters->Refill),
        Waive = Arena.ForeignNodeSlabs,
        Cached = Volatile.Read(ref _counters->Cached),
        CacheFull = Volatile.Read(ref _counters->CacheFull),
        Ring = Volatile.Read(ref _counters->Ring),
        RingFull = Volatile.Read(ref _counters->RingFull),
        ReleasedReferenceCount = Volatile.Read(ref _counters->ReleasedReferenceCount),
        Backup = Volatile.Read(ref _counters->Backup),
        BackupEmpty = Volatile.Read(ref _counters->BackupEmpty),
        DirectInject = Volatile.Read(ref _counters->DirectInject),
        Exhausted = Volatile.Read(ref _counters->Exhausted),
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
            PacketMetadata* metadata = slab.Metadata;
            for (int buffer = 0; buffer < Arena.BuffersPerSlab; buffer++)
            {
                _backup.Add(new Packet(metadata + buffer));
            }
        }
    }

    private Slab? TakeSlab()
    {
        if (_slabCount == _slabLimit || Arena.TryTakeSlab() is not { } slab)
        {
            return null;
        }

        slab.Cut(_id);
        slab.Next = _firstSlab;
        if (_firstSlab != null)
        {
            _firstSlab.Previous = slab;
        }

        _firstSlab = slab;
        Volatile.Write(ref _slabCount, _slabCount + 1);
        return slab;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RentSlow(Span<Packet> packets)
    {
        int given = 0;
        bool slow = false;
        while (true)
        {
            int take = Math.Min(_count, packets.Length - given);
            _count -= take;
            new ReadOnlySpan<Packet>(_cache + _count, take).CopyTo(packets[given..]);
            given += take;
            *(slow ? &_counters->Slow : &_counters->Fast) += take;
            if (given == packets.Length)
            {
                return given;
            }

            slow = !RefillFromRing();
            if (slow && !RefillFromBackup() && !InjectSlab())
            {
                _counters->Exhausted += packets.Length - given;
                return given;
            }
        }
    }

    private bool RefillFromRing()
    {
        _count = _ring.Dequeue(_cache, _refill);
        if (_count == 0 && Volatile.Read(ref _overflow) != 0)
        {
            TakeOverflow();
        }

        if (_count == 0)
        {
            _counters->Empty++;
            return false;
        }

        _counters->Refill++;
        return true;
    }

    private bool RefillFromBackup()
    {
        int count = _backup.Take(_cache, _refill);
        Volatile.Write(ref _count, count);
        if (count == 0)
        {
            _counters->BackupEmpty++;
            return false;
        }

        _counters->Backup += count;
        return true;
    }

    /// <summary>Direct mode: a new slab's buffers go straight into the cache, which is empty here and holds a whole slab.</summary>
    private bool InjectSlab()
    {
        if (_state >= (int)MempoolState.Draining || TakeSlab() is not { } slab)
        {
            return false;
        }

        _state = (int)MempoolState.Direct;
        PacketMetadata* metadata = slab.Metadata;
        for (int i = 0; i < Arena.BuffersPerSlab; i++)
        {
            _cache[i] = new Packet(metadata + i);
        }

        _count = Arena.BuffersPerSlab;
        _counters->DirectInject++;
        _counters->SlowHighOrder++;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnSlow(ReadOnlySpan<Packet> packets)
    {
        var homeward = new ReturnBatch(this);
        foreach (Packet packet in packets)
        {
            homeward.Release(packet);
        }

        homeward.Flush();
    }

    /// <summary>Owner's return of one buffer that is free now. False when the cache has recycled its fill.</summary>
    private bool TryRecycle(Packet packet)
    {
        if (_count >= _recycleLimit)
        {
            _counters->CacheFull++;
            return false;
        }

        _cache[_count++] = packet;
        _counters->Cached++;
        return true;
    }

    private void TakeFromAnyThread(ReadOnlySpan<Packet> packets)
    {
        int taken = _ring.Enqueue(packets);
        Interlocked.Add(ref _counters->Ring, taken);
        foreach (Packet packet in packets[taken..])
        {
            Overflow(packet);
        }

        // With the last buffer home nothing else refers to a pool that drains, and its finalizer would take the counters away.
        GC.KeepAlive(this);
    }

    private void Overflow(Packet packet)
    {
        Interlocked.Increment(ref _counters->RingFull);
        Interlocked.Increment(ref _overflowCount);
        nint head;
        do
        {
            head = Volatile.Read(ref _overflow);
            packet.Metadata->Next = (PacketMetadata*)head;
        }
        while (Interlocked.CompareExchange(ref _overflow, (nint)packet.Metadata, head) != head);
    }

    /// <summary>Moves the overflow list into the cache, and what one refill does not take into the backup ring, which has room for every buffer.</summary>
    private void TakeOverflow()
    {
        var packet = (PacketMetadata*)Interlocked.Exchange(ref _overflow, 0);
        while (packet != null)
        {
            PacketMetadata* next = packet->Next;
            packet->Next = null;
            Interlocked.Decrement(ref _overflowCount);
            if (_count < _refill)
            {
                _cache[_count++] = new Packet(packet);
            }
            else
            {
                _backup.Add(new Packet(packet));
            }

            packet = next;
        }
    }
}
