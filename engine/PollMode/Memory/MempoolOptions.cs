namespace PollMode;

/// <summary>Size and recycling of one <see cref="Mempool"/>. The defaults are those of the HPA paper.</summary>
public sealed class MempoolOptions
{
    /// <summary>What to call the pool in reports and metrics.</summary>
    public string Name { get; set; } = "pool";

    /// <summary>Buffers cut before the start, the pool's backup; rounded up to whole slabs.</summary>
    public int Buffers { get; set; } = 8192;

    /// <summary>Most buffers the pool may grow to when its backup is depleted; zero for no growth. Rounded up to whole slabs.</summary>
    public int LimitBuffers { get; set; }

    /// <summary>
    /// Who takes new slabs and gives unneeded ones back, in the background. Null: the owner takes a slab itself when it needs one, a system
    /// call of up to a millisecond, and none goes back before the pool ends.
    /// </summary>
    public SlabSupplier? Supplier { get; set; }

    /// <summary>Buffers that the owner's returns may pile up in the cache; what is over goes home to its slab.</summary>
    public int CacheRecycleLimit { get; set; } = 128;

    /// <summary>Buffers that one refill of the cache takes, of one slab where one has as many.</summary>
    public int CacheRefill { get; set; } = 64;

    /// <summary>Slots of the cache: at least as many as a slab has buffers, so that a whole slab can be injected.</summary>
    public int CacheCapacity { get; set; } = 1024;

    internal void Validate(Arena arena)
    {
        if (Buffers < 1)
        {
            throw new PollModeException($"The pool '{Name}' is to have {Buffers} buffers; ask for at least one.");
        }

        if (LimitBuffers != 0 && LimitBuffers < Buffers)
        {
            throw new PollModeException($"The pool '{Name}' starts with {Buffers} buffers, more than its limit of {LimitBuffers}; raise LimitBuffers or set it to 0 for no growth.");
        }

        if (CacheRefill < 1 || CacheRecycleLimit < 1 || CacheCapacity < arena.BuffersPerSlab || CacheRecycleLimit > CacheCapacity || CacheRefill > CacheCapacity)
        {
            throw new PollModeException(
                $"The cache of pool '{Name}' has {CacheCapacity} slots, recycles up to {CacheRecycleLimit} and is refilled by {CacheRefill}; " +
                $"make the capacity at least {arena.BuffersPerSlab} (the buffers of a slab) and the other two between 1 and the capacity.");
        }
    }
}
