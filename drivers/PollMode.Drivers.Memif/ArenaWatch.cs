namespace PollMode.Drivers.Memif;

/// <summary>
/// The watch over an arena that servers may write to, and so may punch holes into. A hole is filled with a new page at the next touch; where
/// the system has none (hugepages, all of them taken) <see cref="VanishingMemory"/> puts zeros there, of this process alone. From then on a
/// server and we no longer look at the same memory: its ports leave their connections and make no new ones.
/// </summary>
/// <remarks>
/// One for an arena, whichever ports share it, and as long as the arena: packets may be held, and a server keep its mapping, when the port has
/// long gone. Each extent is an entry of its own, so that a hole costs one slab (or one page of 1 GiB) and not the rest.
/// </remarks>
internal sealed unsafe class ArenaWatch : IDmaMap
{
    private const string Key = "memif-arena-watch";

    private readonly Lock _gate = new();
    private readonly Dictionary<long, (int Entry, nint Address)> _extents = [];
    private volatile bool _hasHoles;
    private volatile bool _isPartial;
    private bool _isAttached;

    private ArenaWatch()
    {
    }

    /// <summary>Whether a part of the arena was taken away, and there was nothing to fill it with. Once true, always.</summary>
    internal bool HasHoles => _hasHoles;

    /// <summary>Whether some of the arena is not watched over: see <see cref="VanishingMemory.WhyNot"/>.</summary>
    internal bool IsPartial => _isPartial;

    /// <summary>The watch over the arena of an engine's ports.</summary>
    /// <param name="context">What a port of the engine is opened with.</param>
    /// <param name="begin">Whether it is to begin, if it has not. A port that trusts its server only hears of what others find.</param>
    internal static ArenaWatch Of(PortContext context, bool begin)
    {
        lock (context.Shared)
        {
            var watch = context.Shared.TryGetValue(Key, out object? found) ? (ArenaWatch)found : new ArenaWatch();
            context.Shared[Key] = watch;
            if (begin && !watch._isAttached)
            {
                context.Arena.Attach(watch);
                watch._isAttached = true;
            }

            return watch;
        }
    }

    /// <summary>
    /// Touches every extent, so that a hole that only the kernel meets (which refuses to copy there, and raises no signal) is found and filled, and
    /// tells whether there was one. For threads that have the time.
    /// </summary>
    internal bool Look()
    {
        lock (_gate)
        {
            foreach ((int entry, nint address) in _extents.Values)
            {
                _ = Volatile.Read(ref *(byte*)address);
                _hasHoles |= VanishingMemory.IsGone(entry);
            }
        }

        return _hasHoles;
    }

    /// <inheritdoc/>
    public void Map(long offset, nint address, long bytes)
    {
        int entry = VanishingMemory.TryAdd(address, (nuint)bytes);
        if (entry < 0)
        {
            _isPartial = true;
            return;
        }

        lock (_gate)
        {
            _extents[offset] = (entry, address);
        }
    }

    /// <inheritdoc/>
    public void Unmap(long offset, long bytes)
    {
        lock (_gate)
        {
            if (_extents.Remove(offset, out (int Entry, nint Address) extent))
            {
                _hasHoles |= VanishingMemory.IsGone(extent.Entry);
                VanishingMemory.Remove(extent.Entry);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
