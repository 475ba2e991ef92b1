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
internal sealed class ArenaWatch : IDmaMap
{
    private const string Key = "memif-arena-watch";

    private readonly Lock _gate = new();
    private readonly Dictionary<long, int> _entries = [];
    private volatile bool _hasHoles;
    private volatile bool _isPartial;

    private ArenaWatch()
    {
    }

    /// <summary>Whether a part of the arena was taken away, and there was nothing to fill it with. Once true, always.</summary>
    internal bool HasHoles
    {
        get
        {
            if (_hasHoles)
            {
                return true;
            }

            lock (_gate)
            {
                foreach (int entry in _entries.Values)
                {
                    if (VanishingMemory.IsGone(entry))
                    {
                        _hasHoles = true;
                        break;
                    }
                }
            }

            return _hasHoles;
        }
    }

    /// <summary>Whether some of the arena is not watched over: see <see cref="VanishingMemory.WhyNot"/>.</summary>
    internal bool IsPartial => _isPartial;

    /// <summary>The watch over the arena of an engine's ports; made for the first that asks.</summary>
    internal static ArenaWatch Of(PortContext context)
    {
        lock (context.Shared)
        {
            if (context.Shared.TryGetValue(Key, out object? found))
            {
                return (ArenaWatch)found;
            }

            var watch = new ArenaWatch();
            context.Arena.Attach(watch);
            context.Shared[Key] = watch;
            return watch;
        }
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
            _entries[offset] = entry;
        }
    }

    /// <inheritdoc/>
    public void Unmap(long offset, long bytes)
    {
        lock (_gate)
        {
            if (_entries.Remove(offset, out int entry))
            {
                _hasHoles |= VanishingMemory.IsGone(entry);
                VanishingMemory.Remove(entry);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
