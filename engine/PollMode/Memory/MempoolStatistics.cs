namespace PollMode;

/// <summary>
/// A pool's counters at one moment, named as the kernel's page_pool names its own (Documentation/networking/page_pool.rst), and HPA's.
/// Counted in buffers unless said otherwise; read while the owner runs, they may be a burst apart.
/// </summary>
public readonly record struct MempoolStatistics
{
    /// <summary>Rented from the cache, what came home and refilled it included. Together with <see cref="Slow"/> all that was ever rented.</summary>
    public long Fast { get; init; }

    /// <summary>Rented after the cache was empty and nothing was home: from the backup or a new slab.</summary>
    public long Slow { get; init; }

    /// <summary>Slabs taken from the arena while running (page_pool counts high-order allocations here).</summary>
    public long SlowHighOrder { get; init; }

    /// <summary>Times that nothing was home when the cache wanted a refill.</summary>
    public long Empty { get; init; }

    /// <summary>Times that the cache was refilled with buffers that had come home.</summary>
    public long Refill { get; init; }

    /// <summary>Slabs that the pool took and that lay on another NUMA node than asked for.</summary>
    public long Waive { get; init; }

    /// <summary>Recycled into the cache.</summary>
    public long Cached { get; init; }

    /// <summary>Returned by the owner while the cache was at its recycle limit; they went home.</summary>
    public long CacheFull { get; init; }

    /// <summary>Returned by the owner from another slab than the one it rents from; they went home, so that the cache does not mix slabs.</summary>
    public long Stray { get; init; }

    /// <summary>Came home to their slabs, from other threads or past a full cache: what page_pool recycles into its ring.</summary>
    public long Ring { get; init; }

    /// <summary>Found no room at home. Always zero: there is a bit for every buffer.</summary>
    public long RingFull { get; init; }

    /// <summary>Returned while somebody else still held the packet: one holder less, no buffer home.</summary>
    public long ReleasedReferenceCount { get; init; }

    /// <summary>Rented for the first time: from the slabs cut before the start.</summary>
    public long Backup { get; init; }

    /// <summary>Times that the backup was found depleted.</summary>
    public long BackupEmpty { get; init; }

    /// <summary>Times that a whole slab was injected into the cache.</summary>
    public long DirectInject { get; init; }

    /// <summary>Buffers that could not be rented for want of memory.</summary>
    public long Exhausted { get; init; }

    /// <summary>Times that the pool wanted to grow and its supplier had no slab ready.</summary>
    public long HeldBack { get; init; }

    /// <summary>Slabs that the pool did not need any more and set free.</summary>
    public long SlabsSetFree { get; init; }

    /// <summary>Slabs the pool has now.</summary>
    public int Slabs { get; init; }

    /// <summary>Buffers the pool has now.</summary>
    public int Capacity { get; init; }

    /// <summary>Buffers in the cache now.</summary>
    public int InCache { get; init; }

    /// <summary>Buffers at home now that were rented before.</summary>
    public int InRing { get; init; }

    /// <summary>Buffers in the backup now: cut and not rented yet.</summary>
    public int InBackup { get; init; }

    /// <summary>Buffers out of the pool: hold minus release, as page_pool counts it.</summary>
    public int InFlight { get; init; }

    /// <summary>Where the pool is in its life.</summary>
    public MempoolState State { get; init; }
}
