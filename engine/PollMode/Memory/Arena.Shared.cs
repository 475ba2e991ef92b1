using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode;

/// <content>An arena that another process can map: one memfd behind the whole range.</content>
public sealed unsafe partial class Arena
{
    private int _sharedFileDescriptor = -1;

    /// <summary>
    /// The memfd behind the range, as long as <see cref="LengthBytes"/>, its offsets those of the arena; -1 if the arena is not shared.
    /// Borrowed: a driver passes it to its peer, who gets all buffers of the engine with it, and does not close it. It is sealed
    /// against shrinking and growing; a peer that may write to it may still punch holes, which read as zeros.
    /// </summary>
    public int SharedFileDescriptor => _sharedFileDescriptor;

    /// <summary>
    /// Takes the whole range at once from the first kind of pages that can give it. A peer maps the file whole, so that it may neither
    /// have holes nor change kind half-way.
    /// </summary>
    private void FillShared()
    {
        for (PageKind rung = _options.LargestPages; rung <= _options.SmallestPages; rung++)
        {
            if (rung == PageKind.Huge1GiB && LengthBytes % (1L << 30) != 0)
            {
                // Never a size for such pages: nothing that more of them would change.
                continue;
            }

            int errno = TryMapShared(rung);
            if (errno == 0)
            {
                int extent = rung == PageKind.Huge1GiB ? SlabsPerGiB : 1;
                for (int i = SlabLimit - 1; i >= 0; i--)
                {
                    _mappedFree.Push((i, rung));
                    _extents[i] = i % extent == 0 ? extent : 0;
                }

                _pinned = true;
                _next = SlabLimit;
                NoteNodes(0, SlabLimit);
                SlabsMapped = SlabLimit;
                _report.Add($"shared memory (memfd) of {LengthBytes >> 20} MiB, sealed");
                return;
            }

            _report.Add($"no {Describe(rung)} for {SlabLimit} shared slab(s): {Errno.Name(errno)}; {RemedyForShared(rung)}");
        }

        _ = LibC.Munmap(_reservation, _reservationBytes);
        _metadata.Dispose();
        throw new PollModeException(
            $"The arena needs {SlabLimit} slabs of 2 MiB of shared memory and the system has not that much: {string.Join("; ", _report)}. Ask for fewer buffers, or allow smaller pages.");
    }

    private static string RemedyForShared(PageKind rung) => rung == PageKind.TransparentHuge
        ? "to have them, write 'advise' to /sys/kernel/mm/transparent_hugepage/shmem_enabled"
        : Remedy(rung);

    private static bool SharedTransparentHugePagesOff()
    {
        try
        {
            string text = File.ReadAllText("/sys/kernel/mm/transparent_hugepage/shmem_enabled");
            return text.Contains("[never]", StringComparison.Ordinal) || text.Contains("[deny]", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private int TryMapShared(PageKind rung)
    {
        if (rung == PageKind.TransparentHuge && SharedTransparentHugePagesOff())
        {
            return Errno.EOPNOTSUPP;
        }

        uint flags = LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING | rung switch
        {
            PageKind.Huge1GiB => LibC.MFD_HUGETLB | (uint)LibC.MAP_HUGE_1GB,
            PageKind.Huge2MiB => LibC.MFD_HUGETLB | (uint)LibC.MAP_HUGE_2MB,
            _ => 0,
        };
        int descriptor;
        fixed (byte* name = "pollmode-arena\0"u8)
        {
            descriptor = LibC.MemfdCreate(name, flags);
        }

        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        if (LibC.Ftruncate(descriptor, LengthBytes) != 0
            || LibC.Fcntl(descriptor, LibC.F_ADD_SEALS, LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_SEAL) != 0
            || LibC.Mmap((nint)BaseAddress, (nuint)LengthBytes, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_FIXED, descriptor, 0) == LibC.MAP_FAILED)
        {
            int errno = Marshal.GetLastPInvokeError();
            _ = LibC.Close(descriptor);

            // A failed fixed mapping may have taken the reservation away: put it back.
            Unmap((nint)BaseAddress, (nuint)LengthBytes);
            return errno;
        }

        if (rung == PageKind.TransparentHuge)
        {
            _ = LibC.Madvise((nint)BaseAddress, (nuint)LengthBytes, LibC.MADV_HUGEPAGE);
        }

        _sharedFileDescriptor = descriptor;
        Bind((nint)BaseAddress, (nuint)LengthBytes);
        int failed = Touch((nint)BaseAddress, (nuint)LengthBytes);
        if (failed != 0)
        {
            CloseShared();
            Unmap((nint)BaseAddress, (nuint)LengthBytes);
        }

        return failed;
    }

    private void CloseShared()
    {
        if (_sharedFileDescriptor >= 0)
        {
            _ = LibC.Close(_sharedFileDescriptor);
            _sharedFileDescriptor = -1;
        }
    }
}
