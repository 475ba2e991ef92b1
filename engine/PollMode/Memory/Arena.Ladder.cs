using System.Globalization;
using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode;

/// <content>The ladder of pages: one GiB, two MiB, transparent huge pages, plain pages.</content>
public sealed unsafe partial class Arena
{
    private static string Describe(PageKind kind) => kind switch
    {
        PageKind.Huge1GiB => "1-GiB hugepages",
        PageKind.Huge2MiB => "2-MiB hugepages",
        PageKind.TransparentHuge => "transparent huge pages",
        _ => "4-KiB pages",
    };

    private static string Remedy(PageKind kind) => kind switch
    {
        PageKind.Huge1GiB => "to have them, boot with 'hugepagesz=1G hugepages=N'",
        PageKind.Huge2MiB => "to have them, run 'sysctl vm.nr_hugepages=N' with N at least the slabs wanted",
        PageKind.TransparentHuge => "to have them, write 'madvise' to /sys/kernel/mm/transparent_hugepage/enabled",
        _ => "free memory, or ask for smaller pools",
    };

    private static bool TransparentHugePagesOff()
    {
        try
        {
            return File.ReadAllText("/sys/kernel/mm/transparent_hugepage/enabled").Contains("[never]", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>
    /// What the kernel says lies on transparent huge pages in the arena's range: advice is followed if it has such a page at hand, and
    /// nothing tells that it was not. A slab that got smaller pages may get a large one later.
    /// </summary>
    private long TransparentHugeBytes()
    {
        const string Key = "AnonHugePages:";
        long kibibytes = 0;
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            int dash = line.IndexOf('-', StringComparison.Ordinal);
            if (inside && line.StartsWith(Key, StringComparison.Ordinal))
            {
                kibibytes += long.Parse(line.AsSpan(Key.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
            }
            else if (dash > 0 && ulong.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong start))
            {
                inside = start - (ulong)_reservation < _reservationBytes;
            }
        }

        return kibibytes << 10;
    }

    /// <summary>Maps inaccessible addresses over memory in one step, so that nobody else's mapping can slip into the range.</summary>
    private static void Unmap(nint address, nuint bytes) =>
        _ = LibC.Mmap(address, bytes, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE | LibC.MAP_FIXED, -1, 0);

    /// <summary>Climbs down the ladder from the rung reached last until the system gives memory.</summary>
    private PageKind? TryMap(int index, int slabs)
    {
        while (true)
        {
            PageKind rung = _rung == PageKind.Huge1GiB && slabs < SlabsPerGiB ? PageKind.Huge2MiB : _rung;
            int errno = TryMapRung(index, rung);
            if (errno == 0)
            {
                int taken = rung == PageKind.Huge1GiB ? SlabsPerGiB : 1;
                if (!TryMapForDevices(index, taken))
                {
                    Unmap(AddressOf(index), (nuint)OffsetOf(taken));
                    return null;
                }

                NoteNodes(index, taken);
                SlabsMapped += taken;
                return rung;
            }

            // Said once: a pool at its end asks again and again.
            bool last = rung >= _options.SmallestPages;
            if (!_saidNoMore)
            {
                _report.Add($"no {(SlabsMapped > 0 ? "more " : string.Empty)}{Describe(rung)} after {SlabsMapped} slab(s): {Errno.Name(errno)}; {Remedy(rung)}");
                _saidNoMore = last;
            }

            if (last)
            {
                return null;
            }

            _rung = rung + 1;
        }
    }

    private int TryMapRung(int index, PageKind rung)
    {
        if (_options.AddressesOnly)
        {
            return 0;
        }

        if (rung == PageKind.TransparentHuge && TransparentHugePagesOff())
        {
            return Errno.EOPNOTSUPP;
        }

        nint address = AddressOf(index);
        nuint bytes = rung == PageKind.Huge1GiB ? (nuint)1 << 30 : SlabBytes;
        int flags = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_FIXED | rung switch
        {
            PageKind.Huge1GiB => LibC.MAP_HUGETLB | LibC.MAP_HUGE_1GB,
            PageKind.Huge2MiB => LibC.MAP_HUGETLB | LibC.MAP_HUGE_2MB,
            _ => 0,
        };
        if (LibC.Mmap(address, bytes, LibC.PROT_READ | LibC.PROT_WRITE, flags, -1, 0) == LibC.MAP_FAILED)
        {
            // A failed fixed mapping may have taken the reservation away: put it back.
            int errno = Marshal.GetLastPInvokeError();
            Unmap(address, bytes);
            return errno;
        }

        if (rung >= PageKind.TransparentHuge)
        {
            _ = LibC.Madvise(address, bytes, rung == PageKind.TransparentHuge ? LibC.MADV_HUGEPAGE : LibC.MADV_NOHUGEPAGE);
        }

        Bind(address, bytes);
        int failed = Touch(address, bytes);
        if (failed != 0)
        {
            Unmap(address, bytes);
        }

        return failed;
    }

    private void Bind(nint address, nuint bytes)
    {
        if (_options.NumaNode is { } node && LibC.Mbind(address, bytes, LibC.MPOL_BIND, node) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            Unmap(address, bytes);
            throw new LinuxException($"bind memory to NUMA node {node}", errno, "name a node that 'ls /sys/devices/system/node' shows");
        }
    }

    /// <summary>
    /// Takes the pages now. madvise says so when there are none (a node without hugepages, a cgroup's limit) where a touch is answered by
    /// SIGBUS; kernels before 5.14 do not know it.
    /// </summary>
    /// <returns>The error number, or zero.</returns>
    private int Touch(nint address, nuint bytes)
    {
        int errno;
        do
        {
            errno = LibC.Madvise(address, bytes, LibC.MADV_POPULATE_WRITE) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (errno is Errno.EINTR or Errno.EAGAIN);

        if (errno is Errno.ENOMEM or Errno.EFAULT)
        {
            return errno;
        }

        for (nuint offset = 0; errno != 0 && offset < bytes; offset += 4096)
        {
            ((byte*)address)[offset] = 0;
        }

        return 0;
    }

    /// <summary>Notes of mapped slabs whether they lie on another node than the one asked for.</summary>
    private void NoteNodes(int index, int slabs)
    {
        if (_options.NumaNode is { } wanted)
        {
            for (int slab = index; slab < index + slabs; slab++)
            {
                _isForeignNode[slab] = NodeOf(AddressOf(slab)) is { } landed && landed != wanted;
            }
        }
    }

    private int? NodeOf(nint address)
    {
        int node = 0;
        return _options.NodeOfAddress is { } told ? told(address)
            : LibC.GetNodeOfAddress(address, &node) == 0 ? node
            : null;
    }
}
