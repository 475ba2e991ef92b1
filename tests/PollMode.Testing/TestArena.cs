namespace PollMode.Testing;

/// <summary>Makes arenas on plain 4-KiB pages: tests need no hugepages, and take none from others.</summary>
public static class TestArena
{
    /// <summary>Makes an arena that holds a number of slabs.</summary>
    public static Arena Create(int slabs = 8, int bufferBytes = 2048, bool shared = false) => new(new ArenaOptions
    {
        LimitBytes = (long)slabs * Arena.SlabBytes,
        BufferBytes = bufferBytes,
        Shared = shared,
        LargestPages = PageKind.Small4KiB,
        SmallestPages = PageKind.Small4KiB,
    });
}
