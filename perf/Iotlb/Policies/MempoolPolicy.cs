namespace PollMode.Iotlb.Policies;

/// <summary>PollMode's, by its own code: a mempool of the engine, over an arena that has addresses and no memory.</summary>
internal sealed unsafe class MempoolPolicy : IPagePolicy
{
    private readonly Arena _arena;
    private readonly Mempool _pool;
    private readonly PacketMetadata* _first;

    /// <param name="slabs">Slabs of the pool.</param>
    internal MempoolPolicy(int slabs)
    {
        _arena = new Arena(new ArenaOptions
        {
            LimitBytes = (long)slabs * Arena.SlabBytes,
            BufferBytes = Arena.SlabBytes / Scenario.PagesPerSlab,
            LargestPages = PageKind.Small4KiB,
            AddressesOnly = true,
        });
        _pool = new Mempool(_arena, new MempoolOptions { Buffers = slabs * Scenario.PagesPerSlab });
        _first = _arena.MetadataOfSlab(0);
    }

    public int Take() => _pool.TryRent(out Packet page) ? (int)(page.Metadata - _first) : -1;

    public void Give(ReadOnlySpan<int> pages, bool owner)
    {
        Span<Packet> packets = stackalloc Packet[64];
        for (int i = 0; i < pages.Length; i++)
        {
            packets[i] = new Packet(_first + pages[i]);
        }

        if (owner)
        {
            _pool.Return(packets[..pages.Length]);
        }
        else
        {
            Mempool.Free(packets[..pages.Length]);
        }
    }

    /// <summary>Everything goes home, wherever it is, and the pool with it.</summary>
    void IDisposable.Dispose()
    {
        var all = new Packet[_pool.Capacity];
        _pool.Rent(all);
        for (int page = 0; page < all.Length; page++)
        {
            all[page] = new Packet(_first + page);
        }

        Mempool.Free(all);
        _pool.Dispose();
        _arena.Dispose();
    }
}
