namespace PollMode;

/// <summary>Two MiB of an arena, cut into buffers of one pool; a link of that pool's doubly linked list of what it has to give back.</summary>
internal sealed unsafe class Slab
{
    private PacketSegment[]? _segments;

    internal Slab(Arena arena, int index, PageKind pages, bool isForeignNode)
    {
        Arena = arena;
        Index = index;
        Pages = pages;
        IsForeignNode = isForeignNode;
        Address = arena.BaseAddress + ((long)index * Arena.SlabBytes);
        Manager = new SlabMemory(Address);
        Metadata = arena.MetadataOfSlab(index);
        Id = SlabTable.Add(this);
    }

    internal Arena Arena { get; }

    /// <summary>Position in the arena, counted in slabs.</summary>
    internal int Index { get; }

    internal PageKind Pages { get; }

    /// <summary>Whether it lies on another NUMA node than the one asked for.</summary>
    internal bool IsForeignNode { get; }

    internal ushort Id { get; }

    internal byte* Address { get; }

    internal SlabMemory Manager { get; }

    internal Slab? Previous { get; set; }

    internal Slab? Next { get; set; }

    /// <summary>First of the metadata of this slab's buffers, which lie one after another.</summary>
    internal PacketMetadata* Metadata { get; }

    /// <summary>Its place on its pool's <see cref="HomeBoard"/>.</summary>
    internal int Slot { get; set; }

    /// <summary>Buffers that were rented at least once: those from here on are still as they were cut. HPA's backup ring is these.</summary>
    internal int Used { get; set; }

    internal static Memory<byte> MemoryAt(byte* address, int length, ushort id)
    {
        Slab slab = SlabTable.Get(id);
        return slab.Manager.Memory.Slice((int)(address - slab.Address), length);
    }

    /// <summary>Writes the metadata of every buffer, as buffers of a pool that nobody holds.</summary>
    internal void Cut(ushort poolId)
    {
        if (Ledger.IsOn)
        {
            Ledger.Cut(this);
        }

        int bufferBytes = Arena.BufferBytes;
        PacketMetadata* metadata = Metadata;
        for (int i = 0; i < Arena.BuffersPerSlab; i++)
        {
            metadata[i] = new PacketMetadata
            {
                Buffer = Address + ((long)i * bufferBytes),
                Extent = PacketMetadata.MakeExtent(Arena.HeadroomBytes, 0, 0),
                Ownership = PacketMetadata.SimpleOwnership(Id),
                PoolId = poolId,
            };
        }
    }

    internal PacketSegment SegmentOf(Packet packet)
    {
        PacketSegment[] segments = _segments ?? MakeSegments();
        return segments[packet.Metadata - Metadata];
    }

    private PacketSegment[] MakeSegments()
    {
        var segments = new PacketSegment[Arena.BuffersPerSlab];
        for (int i = 0; i < segments.Length; i++)
        {
            segments[i] = new PacketSegment();
        }

        // Two threads may both get here; all must use the array that won.
        return Interlocked.CompareExchange(ref _segments, segments, null) ?? segments;
    }
}
