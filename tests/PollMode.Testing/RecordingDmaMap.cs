using Xunit;

namespace PollMode.Testing;

/// <summary>
/// A device's map without a device: knows what is mapped, fails where an arena breaks its promises, and reads and writes at device
/// addresses as a device would, which fails outside a mapping.
/// </summary>
public sealed unsafe class RecordingDmaMap : IDmaMap
{
    /// <summary>What the device calls the arena's first byte; not the process's address, so that a mistaken one is noticed.</summary>
    public const ulong BaseAddress = 1UL << 40;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, (nint Address, long Bytes)> _mappings = [];
    private int _mapped;

    /// <summary>Extents mapped now, with their lengths in bytes, by offset in the arena.</summary>
    public IReadOnlyDictionary<long, long> Mappings
    {
        get
        {
            lock (_gate)
            {
                return _mappings.ToDictionary(mapping => mapping.Key, mapping => mapping.Value.Bytes);
            }
        }
    }

    /// <summary>Times that something was mapped, and unmapped.</summary>
    public (int Mapped, int Unmapped) Calls
    {
        get
        {
            lock (_gate)
            {
                return (_mapped, _mapped - _mappings.Count);
            }
        }
    }

    /// <summary>The threads that mapped.</summary>
    public HashSet<string?> Threads { get; } = [];

    /// <summary>The promises that were broken.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Whether the arena let go of it.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Most extents that the device can map; what is over is refused.</summary>
    public int Limit { get; set; } = int.MaxValue;

    public void Map(long offset, nint address, long bytes)
    {
        lock (_gate)
        {
            Check(!IsDisposed, "mapped after the end");
            Check(offset % Arena.SlabBytes == 0 && bytes % Arena.SlabBytes == 0 && bytes > 0 && address % Arena.SlabBytes == 0, $"{bytes} bytes at {offset} ({address:x}) are not whole slabs");
            Check(!_mappings.Any(mapping => offset < mapping.Key + mapping.Value.Bytes && mapping.Key < offset + bytes), $"{offset} was mapped twice");
            if (_mappings.Count == Limit)
            {
                throw new PollModeException("the device has no room for more mappings");
            }

            // There, and whole.
            _ = *(byte*)address + *(byte*)(address + (nint)bytes - 1);
            _mappings[offset] = (address, bytes);
            _mapped++;
            Threads.Add(Thread.CurrentThread.Name);
        }
    }

    public void Unmap(long offset, long bytes)
    {
        lock (_gate)
        {
            Check(_mappings.Remove(offset, out (nint Address, long Bytes) mapping) && mapping.Bytes == bytes, $"{bytes} bytes at {offset} were unmapped and not mapped so");

            // Still there: a device may not be the last to know.
            _ = *(byte*)mapping.Address;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            Check(!IsDisposed && _mappings.Count == 0, $"the arena let go of it with {_mappings.Count} mapping(s)");
            IsDisposed = true;
        }
    }

    /// <summary>The device writes a packet's bytes and reads them back.</summary>
    public void Access(Packet packet, byte value)
    {
        var bytes = new Span<byte>(Translate(BaseAddress + (ulong)packet.ArenaOffset, packet.Length), packet.Length);
        bytes.Fill(value);
        Assert.Equal(value, packet.Span[packet.Length - 1]);
    }

    /// <summary>The memory behind a device address. Fails outside a mapping, and across the border of two.</summary>
    public byte* Translate(ulong deviceAddress, int bytes)
    {
        lock (_gate)
        {
            long offset = (long)(deviceAddress - BaseAddress);
            foreach ((long start, (nint address, long length)) in _mappings)
            {
                if (offset >= start && offset + bytes <= start + length)
                {
                    return (byte*)(address + (nint)(offset - start));
                }
            }
        }

        throw new InvalidOperationException($"The device used address {deviceAddress:x} ({bytes} bytes), which is not mapped for it.");
    }

    private void Check(bool holds, string fault)
    {
        if (!holds)
        {
            Faults.Add(fault);
        }
    }
}
