using System.Runtime.InteropServices;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>Takes every free hugepage of 2 MiB, and gives them back.</summary>
internal sealed partial class HugePageHog : IDisposable
{
    private const int Page = 2 << 20;
    private const int MapNoReserve = 0x4000;
    private const int MapHugeTlb = 0x40000;
    private const int PopulateWrite = 23;

    private readonly List<nint> _pages = [];

    public void TakeAll()
    {
        while (TryTake() is var page and not 0)
        {
            _pages.Add(page);
        }
    }

    public void Dispose() => _pages.ForEach(page => _ = LibC.Munmap(page, Page));

    private static nint TryTake()
    {
        // Not reserved but touched: what is counted as reserved may be wrong, what is there to be touched is not.
        nint page = LibC.Mmap(0, Page, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | MapNoReserve | MapHugeTlb, -1, 0);
        if (page == LibC.MAP_FAILED)
        {
            return 0;
        }

        if (Madvise(page, Page, PopulateWrite) == 0)
        {
            return page;
        }

        _ = LibC.Munmap(page, Page);
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(nint address, nuint length, int advice);
}
