using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.Memif;

/// <summary>Memory that client and server share, mapped.</summary>
internal sealed unsafe class Region : IDisposable
{
    /// <summary>Offsets have 32 bits: nothing beyond can be reached.</summary>
    internal const ulong MostBytes = 1UL << 32;

    private readonly nuint _mappedBytes;
    private nint _address;
    private int _descriptor;
    private int _watch = -1;

    private Region(nint address, ulong bytes, nuint mappedBytes, int descriptor)
    {
        _address = address;
        Bytes = bytes;
        _mappedBytes = mappedBytes;
        _descriptor = descriptor;
    }

    internal byte* Address => (byte*)_address;

    internal ulong Bytes { get; }

    /// <summary>The same in whole pages of its kind: what it may cost to touch it.</summary>
    internal nuint MappedBytes => _mappedBytes;

    /// <summary>Whether the memory cannot vanish: plain shared memory, sealed against shrinking.</summary>
    internal bool IsSealed { get; private set; }

    /// <summary>
    /// Whether it may be touched. Memory that could vanish, when a peer cuts its file short, may be where that is watched for; otherwise it
    /// is only read and written through the kernel, which reports that as an error.
    /// </summary>
    internal bool IsTouchable { get; private set; }

    /// <summary>Whether it has vanished although it could be touched: what was read since is zeros.</summary>
    internal bool IsGone => _watch >= 0 && VanishingMemory.IsGone(_watch);

    /// <summary>Whether it should have been watched over and could not be: see <see cref="VanishingMemory.WhyNot"/>.</summary>
    internal bool IsUnwatched { get; private set; }

    internal int FileDescriptor => _descriptor;

    public void Dispose()
    {
        nint address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
        {
            if (_watch >= 0)
            {
                VanishingMemory.Remove(_watch);
            }

            _ = LibC.Munmap(address, _mappedBytes);
        }

        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            _ = LibC.Close(descriptor);
        }
    }

    /// <summary>Whether a file is of hugepages.</summary>
    internal static bool IsOfHugePages(int descriptor)
    {
        long* fileSystem = stackalloc long[64];
        return LibC.FileSystemOf(descriptor, fileSystem) == 0 && fileSystem[0] == LibC.HUGETLBFS_MAGIC;
    }

    /// <summary>Makes memory to share: a memfd, sealed so that no peer can take it away.</summary>
    /// <exception cref="LinuxException">The system has not that much.</exception>
    internal static Region Create(ulong bytes)
    {
        int descriptor;
        fixed (byte* name = "pollmode-memif\0"u8)
        {
            descriptor = LibC.MemfdCreate(name, LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING);
        }

        if (descriptor < 0)
        {
            throw new LinuxException("create shared memory for a memif", Marshal.GetLastPInvokeError(), "raise 'ulimit -n'");
        }

        nint address = LibC.MAP_FAILED;
        if (LibC.Ftruncate(descriptor, (long)bytes) == 0 && LibC.Fcntl(descriptor, LibC.F_ADD_SEALS, LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_SEAL) == 0)
        {
            address = LibC.Mmap(0, (nuint)bytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_POPULATE, descriptor, 0);
        }

        if (address == LibC.MAP_FAILED)
        {
            int errno = Marshal.GetLastPInvokeError();
            _ = LibC.Close(descriptor);
            throw new LinuxException($"map {bytes >> 10} KiB of shared memory for a memif", errno, "free memory, or make the rings smaller");
        }

        return new Region(address, bytes, (nuint)bytes, descriptor) { IsSealed = true, IsTouchable = true };
    }

    /// <summary>Maps memory that a peer offers.</summary>
    /// <param name="descriptor">The file as it came; taken, and -1 afterwards, if it is mapped.</param>
    /// <param name="bytes">Bytes of it, as the peer says. What offsets do not reach is not mapped.</param>
    /// <param name="mostBytes">Most that may be mapped, whole pages of its kind counted.</param>
    /// <param name="guard">How to touch memory that could vanish.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <returns>Null if it is not what it must be.</returns>
    internal static Region? TryMap(ref int descriptor, ulong bytes, ulong mostBytes, MemoryGuard guard, out string refusal)
    {
        // Only memory: a file of another kind could block whoever reads it, or only asks for its file system, for as long as its owner likes.
        // The question for seals goes to no file system, and only memory has an answer to it.
        long* fileSystem = stackalloc long[64];
        long kind = LibC.Fcntl(descriptor, LibC.F_GET_SEALS, 0) >= 0 && LibC.FileSystemOf(descriptor, fileSystem) == 0 ? fileSystem[0] : 0;
        if (kind is not (LibC.TMPFS_MAGIC or LibC.HUGETLBFS_MAGIC))
        {
            refusal = "Region is no shared memory";
        }
        else if (bytes == 0 || bytes > long.MaxValue || (ulong)Math.Max(0, LibC.Seek(descriptor, 0, LibC.SEEK_END)) < bytes)
        {
            refusal = "Region is shorter than said";
        }
        else
        {
            // Who made the file with sealing allowed lets us do it for him.
            _ = LibC.Fcntl(descriptor, LibC.F_ADD_SEALS, LibC.F_SEAL_SHRINK);
            int seals = LibC.Fcntl(descriptor, LibC.F_GET_SEALS, 0);
            bool isSealed = kind == LibC.TMPFS_MAGIC && seals > 0 && (seals & LibC.F_SEAL_SHRINK) != 0;

            // Its length may have changed until it was sealed.
            if (isSealed && (ulong)LibC.Seek(descriptor, 0, LibC.SEEK_END) < bytes)
            {
                refusal = "Region is shorter than said";
            }
            else if (PagesOf(bytes, (nuint)fileSystem[1]) > mostBytes)
            {
                refusal = "Regions too large";
            }
            else if (MapPages(descriptor, bytes, (nuint)fileSystem[1]) is { } region)
            {
                descriptor = -1;
                refusal = string.Empty;
                return region.Guarded(guard, isSealed);
            }
            else
            {
                refusal = "Region cannot be mapped";
            }
        }

        return null;
    }

    /// <summary>Bytes that are mapped of a region: whole pages, for a part of a hugepage can be neither mapped nor unmapped.</summary>
    private static nuint PagesOf(ulong bytes, nuint pageBytes) => ((nuint)Math.Min(bytes, MostBytes) + pageBytes - 1) / pageBytes * pageBytes;

    private static Region? MapPages(int descriptor, ulong bytes, nuint pageBytes)
    {
        nuint mapped = PagesOf(bytes, pageBytes);
        nint address = LibC.Mmap(0, mapped, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, descriptor, 0);
        return address == LibC.MAP_FAILED ? null : new Region(address, Math.Min(bytes, MostBytes), mapped, descriptor);
    }

    private Region Guarded(MemoryGuard guard, bool isSealed)
    {
        if (!isSealed && guard == MemoryGuard.Auto)
        {
            _watch = VanishingMemory.TryAdd(_address, _mappedBytes);
            IsUnwatched = _watch < 0;
        }

        IsSealed = isSealed;
        IsTouchable = isSealed || guard == MemoryGuard.Off || _watch >= 0;
        return this;
    }
}
