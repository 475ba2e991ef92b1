namespace PollMode;

/// <summary>How an <see cref="Arena"/> is laid out and backed.</summary>
public sealed class ArenaOptions
{
    /// <summary>NUMA nodes that Linux can have.</summary>
    internal const int NodeLimit = 1024;

    /// <summary>Most bytes of buffers that the arena may ever hold; the address range is reserved at once, memory is taken slab by slab.</summary>
    public long LimitBytes { get; set; } = 64L << 20;

    /// <summary>Size of each buffer in bytes: a multiple of 64 from 256 to 65536. 2048 holds a frame of 1500 bytes; AF_XDP takes 2048 or 4096.</summary>
    public int BufferBytes { get; set; } = 2048;

    /// <summary>Bytes that drivers leave free in front of a received frame: a multiple of 64.</summary>
    public int HeadroomBytes { get; set; } = 128;

    /// <summary>The pages to try first. What the system cannot give falls to the next kind, and <see cref="Arena.Report"/> says so.</summary>
    public PageKind LargestPages { get; set; } = PageKind.Huge1GiB;

    /// <summary>The least that is acceptable: with <see cref="PageKind.Huge2MiB"/>, running out of hugepages is an error instead of a fallback.</summary>
    public PageKind SmallestPages { get; set; } = PageKind.Small4KiB;

    /// <summary>NUMA node to take memory from, bound before the first touch; null for wherever the kernel likes.</summary>
    public int? NumaNode { get; set; }

    /// <summary>
    /// Whether the arena is shared memory: one sealed memfd (<see cref="Arena.SharedFileDescriptor"/>) that a peer can map. Such an arena is
    /// taken whole at the start and of one kind of pages.
    /// </summary>
    public bool Shared { get; set; }

    /// <summary>Slabs are addresses without memory: for simulations, which ask where buffers lie and never touch them.</summary>
    internal bool AddressesOnly { get; set; }

    /// <summary>What a test says of the node that an address lies on, where the machine has one node only.</summary>
    internal Func<nint, int>? NodeOfAddress { get; set; }

    internal void Validate()
    {
        if (BufferBytes is < 256 or > 65536 || BufferBytes % 64 != 0)
        {
            throw new PollModeException($"The buffer size is {BufferBytes} bytes; choose a multiple of 64 from 256 to 65536, usually 2048 or 4096.");
        }

        if (HeadroomBytes < 0 || HeadroomBytes % 64 != 0 || HeadroomBytes > BufferBytes - 128)
        {
            throw new PollModeException($"The headroom is {HeadroomBytes} bytes; choose a multiple of 64 that leaves at least 128 of a buffer's {BufferBytes} bytes.");
        }

        if (LimitBytes < Arena.SlabBytes || LimitBytes > (long)Arena.SlabBytes * SlabTable.Limit)
        {
            throw new PollModeException($"The arena's limit is {LimitBytes} bytes; choose from 2 MiB (one slab) to 128 GiB.");
        }

        if (NumaNode is < 0 or >= NodeLimit)
        {
            throw new PollModeException($"NumaNode is {NumaNode}; name a node that 'ls /sys/devices/system/node' shows, or none.");
        }

        if (SmallestPages < LargestPages)
        {
            throw new PollModeException($"The smallest pages allowed ({SmallestPages}) are larger than the largest to try ({LargestPages}); swap them.");
        }
    }
}
