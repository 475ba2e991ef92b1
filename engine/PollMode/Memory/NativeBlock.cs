using PollMode.Linux;

namespace PollMode;

/// <summary>Zeroed memory outside the managed heap, page-aligned; pages are taken from the system when first touched.</summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    private readonly nuint _bytes;
    private nint _address;

    internal NativeBlock(long bytes, string purpose)
    {
        _bytes = (nuint)((bytes + 4095) & ~4095L);
        _address = LibC.Mmap(0, _bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (_address == LibC.MAP_FAILED)
        {
            _address = 0;
            throw new LinuxException($"mmap {bytes} bytes for {purpose}", System.Runtime.InteropServices.Marshal.GetLastPInvokeError(), "free memory or ask for a smaller pool");
        }

        // Best effort: where the kernel has no transparent huge pages the block works all the same.
        _ = _bytes >= Arena.SlabBytes ? LibC.Madvise(_address, _bytes, LibC.MADV_HUGEPAGE) : 0;
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
