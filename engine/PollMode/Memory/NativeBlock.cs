using PollMode.Linux;

namespace PollMode;

/// <summary>Zeroed memory outside the managed heap, page-aligned.</summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    private readonly nuint _bytes;
    private nint _address;

    /// <param name="bytes">How much.</param>
    /// <param name="purpose">What for, should there be none.</param>
    /// <param name="touch">Whether pages are taken from the system now, so that no poll thread has to wait for one; otherwise each when it is first touched.</param>
    /// <param name="numaNode">The node that should have it, if there is one that should.</param>
    internal NativeBlock(long bytes, string purpose, bool touch = true, int? numaNode = null)
    {
        _bytes = (nuint)((bytes + 4095) & ~4095L);
        _address = LibC.Mmap(0, _bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (_address == LibC.MAP_FAILED)
        {
            _address = 0;
            throw new LinuxException($"mmap {bytes} bytes for {purpose}", System.Runtime.InteropServices.Marshal.GetLastPInvokeError(), "free memory or ask for a smaller pool");
        }

        // Best effort: where the kernel has no transparent huge pages, or no memory on the node, the block works all the same.
        _ = numaNode is { } node ? LibC.Mbind(_address, _bytes, LibC.MPOL_PREFERRED, node) : 0;
        _ = _bytes >= Arena.SlabBytes ? LibC.Madvise(_address, _bytes, LibC.MADV_HUGEPAGE) : 0;
        for (nuint offset = 0; touch && offset < _bytes; offset += 4096)
        {
            Volatile.Write(ref Pointer[offset], 0);
        }
    }

    ~NativeBlock() => Release();

    internal byte* Pointer => (byte*)_address;

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        nint address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
        {
            _ = LibC.Munmap(address, _bytes);
        }
    }
}
