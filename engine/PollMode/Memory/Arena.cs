using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode;

/// <summary>
/// A contiguous range of addresses, filled with slabs of 2 MiB, from which all pools of an engine are cut. It is what a device is given:
/// one UMEM, or one range of I/O addresses; a device's address of a buffer is its offset in the arena. So a packet crosses ports and
/// workers without a copy.
/// </summary>
/// <remarks>
/// What a device needs to know of it goes through <see cref="IDmaMap"/>.
/// Thread-safe. Slabs are taken and given back while pools are made, grow and go, never for a packet.</remarks>
public sealed unsafe partial class Arena : IDisposable
{
    /// <summary>Size of a slab: the hugepage of x86-64 and Arm64.</summary>
    public const int SlabBytes = 2 << 20;

    private const int SlabsPerGiB = 512;

    private readonly ArenaOptions _options;
    private readonly Lock _gate = new();
    private readonly NativeBlock _metadata;
    private readonly PacketMetadata* _firstMetadata;
    private readonly nint _reservation;
    private readonly nuint _reservationBytes;
    private readonly Slab?[] _slabs;
    private readonly bool[] _isForeignNode;

    /// <summary>For the first slab of what was mapped at once, how many slabs that is.</summary>
    private readonly int[] _extents;
    private readonly Stack<int> _returned = new();
    private readonly Stack<(int Index, PageKind Pages)> _mappedFree = new();
    private readonly List<string> _report = [];
    private PageKind _rung;
    private int _next;
    private bool _pinned;
    private bool _saidNoMore;
    private bool _saidRefused;
    private bool _closing;
    private bool _disposed;

    /// <summary>Reserves the address range. No memory is taken yet.</summary>
    /// <exception cref="PollModeException">An option is out of range, or the system has no such range of addresses.</exception>
    public Arena(ArenaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        BufferBytes = options.BufferBytes;
        HeadroomBytes = options.HeadroomBytes;
        BuffersPerSlab = SlabBytes / BufferBytes;
        long unit = options.SmallestPages == PageKind.Huge1GiB ? (long)SlabBytes * SlabsPerGiB : SlabBytes;
        SlabLimit = (int)((options.LimitBytes + unit - 1) / unit * (unit / SlabBytes));
        _slabs = new Slab?[SlabLimit];
        _isForeignNode = new bool[SlabLimit];
        _extents = new int[SlabLimit];
        _rung = options.LargestPages == PageKind.Huge1GiB && SlabLimit < SlabsPerGiB && options.SmallestPages > PageKind.Huge1GiB
            ? PageKind.Huge2MiB
            : options.LargestPages;

        // Aligned to the largest page, so that an offset in the arena and its address agree in every page's offset bits.
        nuint alignment = _rung == PageKind.Huge1GiB ? (nuint)1 << 30 : SlabBytes;
        _reservationBytes = ((nuint)SlabLimit * SlabBytes) + alignment;
        _reservation = LibC.Mmap(0, _reservationBytes, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (_reservation == LibC.MAP_FAILED)
        {
            throw new LinuxException($"reserve {_reservationBytes >> 20} MiB of addresses for the arena", Marshal.GetLastPInvokeError(), "lower the pools' limits or raise 'ulimit -v'");
        }

        BaseAddress = (byte*)(((nuint)_reservation + alignment - 1) & ~(alignment - 1));
        _metadata = new NativeBlock((long)SlabLimit * BuffersPerSlab * PacketMetadata.Bytes, "packet metadata", touch: false, options.NumaNode);
        _firstMetadata = (PacketMetadata*)_metadata.Pointer;
        if (options.Shared)
        {
            FillShared();
        }
    }

    /// <summary>First address of the range; a multiple of 2 MiB.</summary>
    public byte* BaseAddress { get; }

    /// <summary>The NUMA node that was asked for.</summary>
    internal int? NumaNode => _options.NumaNode;

    /// <summary>Length of the address range in bytes, whether slabs fill it yet or not.</summary>
    public long LengthBytes => (long)SlabLimit * SlabBytes;

    /// <summary>Buffers in the whole range, whether slabs fill it yet or not.</summary>
    public int Buffers => SlabLimit * BuffersPerSlab;

    /// <summary>Size of each buffer in bytes.</summary>
    public int BufferBytes { get; }

    /// <summary>Bytes that drivers leave free in front of a received frame.</summary>
    public int HeadroomBytes { get; }

    /// <summary>Buffers that a slab is cut into.</summary>
    public int BuffersPerSlab { get; }

    /// <summary>Most slabs the arena can hold.</summary>
    public int SlabLimit { get; }

    /// <summary>Slabs mapped from the system since the start, and still mapped now.</summary>
    public long SlabsMapped { get; private set; }

    /// <summary>Slabs given back to the system since the start.</summary>
    public long SlabsUnmapped { get; private set; }

    /// <summary>Slabs mapped now that lie on another NUMA node than the one asked for.</summary>
    public long ForeignNodeSlabs
    {
        get
        {
            lock (_gate)
            {
                return _isForeignNode.Count(isForeign => isForeign);
            }
        }
    }

    /// <summary>True when every slab of the range is mapped, as a UMEM needs it.</summary>
    public bool IsFilled => SlabsMapped - SlabsUnmapped == SlabLimit;

    /// <summary>What the arena got, and why not more: one sentence for each kind of pages tried.</summary>
    public IReadOnlyList<string> Report
    {
        get
        {
            lock (_gate)
            {
                var lines = new List<string>(_report);
                foreach (IGrouping<PageKind, Slab> kind in _slabs.OfType<Slab>().GroupBy(slab => slab.Pages).OrderBy(group => group.Key))
                {
                    int slabs = kind.Count();
                    int small = kind.Key == PageKind.TransparentHuge ? Math.Max(0, slabs - (int)(TransparentHugeBytes() / SlabBytes)) : 0;
                    if (small < slabs)
                    {
                        lines.Add($"{slabs - small} slab(s) of 2 MiB on {Describe(kind.Key)}");
                    }

                    if (small > 0)
                    {
                        lines.Add($"{small} slab(s) of 2 MiB on 4-KiB pages, where the kernel was asked for transparent huge pages and had none; {Remedy(PageKind.Huge2MiB)}");
                    }
                }

                return lines;
            }
        }
    }

    /// <summary>The packet of a buffer, by the buffer's number: how a driver finds what its device is done with.</summary>
    /// <remarks>Buffers are numbered in the order of their addresses. The caller has checked that there is such a buffer, in a mapped slab.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Packet PacketOf(int buffer) => new(_firstMetadata + buffer);

    /// <summary>The number of a packet's buffer, without a look at the packet.</summary>
    /// <returns>False if the packet is of another arena.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetBuffer(Packet packet, out int buffer)
    {
        nuint distance = (nuint)((byte*)packet.Metadata - (byte*)_firstMetadata);
        buffer = (int)(distance / PacketMetadata.Bytes);
        return distance < (nuint)Buffers * PacketMetadata.Bytes;
    }

    /// <summary>Whether an offset lies in a buffer of a mapped slab: for drivers, whose kernel or peer is not to be trusted.</summary>
    public bool Contains(long offset) =>
        (ulong)offset < (ulong)LengthBytes && _slabs[offset / SlabBytes] != null && (offset & (SlabBytes - 1)) / BufferBytes < BuffersPerSlab;

    /// <summary>
    /// Maps every slab of the range that is not mapped yet; none goes back to the system before the arena's end. For devices that pin the
    /// whole range at once.
    /// </summary>
    /// <exception cref="PollModeException">The system cannot give that much memory of the kinds allowed.</exception>
    public void Fill()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _pinned = true;
            while (_returned.TryPeek(out int hole) || _next < SlabLimit)
            {
                if (!(_returned.Count > 0 ? TryMapHole(hole) : TryMapNextExtent()))
                {
                    throw new PollModeException(
                        $"The arena needs {SlabLimit} slabs of 2 MiB and the system gave {SlabsMapped - SlabsUnmapped}: {string.Join("; ", _report)}. Ask for fewer buffers, or allow smaller pages.");
                }
            }
        }
    }

    /// <summary>Gives back the address range and everything in it. All pools must be disposed before.</summary>
    /// <exception cref="InvalidOperationException">A pool still owns a slab.</exception>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            int owned = _slabs.Count(slab => slab != null);
            if (owned > 0)
            {
                throw new InvalidOperationException($"{owned} slab(s) of the arena are still owned by a pool; dispose the pools first.");
            }

            Close();
        }
    }

    /// <summary>Gives everything back now, or as soon as the last pool has given back its last slab: memory that somebody holds stays mapped.</summary>
    public void DisposeWhenEmpty()
    {
        lock (_gate)
        {
            _closing = true;
            CloseIfEmpty();
        }
    }

    internal PacketMetadata* MetadataOfSlab(int index) => (PacketMetadata*)_metadata.Pointer + ((long)index * BuffersPerSlab);

    /// <summary>Gives a mapped, touched slab; null when the arena is full or the system has no more memory of the kinds allowed.</summary>
    internal Slab? TryTakeSlab()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return null;
            }

            if (_mappedFree.Count == 0)
            {
                bool mapped = _returned.TryPeek(out int hole) ? TryMapHole(hole) : _next < SlabLimit && TryMapNextExtent();
                if (!mapped)
                {
                    return null;
                }
            }

            // Taken off the list when all went well: a table that is full, or memory that is short, loses no slab.
            (int index, PageKind kind) = _mappedFree.Peek();
            var slab = new Slab(this, index, kind, _isForeignNode[index]);
            _mappedFree.Pop();
            return _slabs[index] = slab;
        }
    }

    /// <summary>Takes a slab back. One that has pages of its own goes back to the system at once.</summary>
    internal void ReleaseSlab(Slab slab)
    {
        lock (_gate)
        {
            slab.Manager.Revoke();
            SlabTable.Remove(slab.Id);
            _slabs[slab.Index] = null;
            if (_pinned || slab.Pages == PageKind.Huge1GiB)
            {
                // A device may still write here, or it is a part of a larger page: the next pool gets it, and the system at the arena's end.
                _mappedFree.Push((slab.Index, slab.Pages));
                CloseIfEmpty();
                return;
            }

            UnmapForDevices(slab.Index);
            _isForeignNode[slab.Index] = false;
            Unmap((nint)slab.Address, SlabBytes);
            SlabsUnmapped++;
            _returned.Push(slab.Index);
            CloseIfEmpty();
        }
    }

    private void CloseIfEmpty()
    {
        if (_closing && !_disposed && Array.TrueForAll(_slabs, slab => slab == null))
        {
            Close();
        }
    }

    private void Close()
    {
        _disposed = true;
        LetDevicesGo();
        SlabsUnmapped = SlabsMapped;
        _ = LibC.Munmap(_reservation, _reservationBytes);
        CloseShared();
        _metadata.Dispose();
    }

    /// <summary>Maps anew what was given back last.</summary>
    private bool TryMapHole(int hole)
    {
        if (TryMap(hole, 1) is not { } pages)
        {
            return false;
        }

        _returned.Pop();
        _mappedFree.Push((hole, pages));
        return true;
    }

    private bool TryMapNextExtent()
    {
        int slabs = _rung == PageKind.Huge1GiB && SlabLimit - _next >= SlabsPerGiB ? SlabsPerGiB : 1;
        if (TryMap(_next, slabs) is not { } pages)
        {
            return false;
        }

        int mapped = pages == PageKind.Huge1GiB ? SlabsPerGiB : 1;
        for (int i = mapped - 1; i >= 0; i--)
        {
            _mappedFree.Push((_next + i, pages));
        }

        _next += mapped;
        return true;
    }
}
