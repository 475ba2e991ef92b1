using System.Buffers;

namespace PollMode;

/// <summary>Makes a whole slab one <see cref="Memory{T}"/>: the memory of a packet is a slice of it, with no object per buffer.</summary>
internal sealed unsafe class SlabMemory : MemoryManager<byte>
{
    private byte* _address;

    internal SlabMemory(byte* address) => _address = address;

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_address == null, this);
        return new Span<byte>(_address, Arena.SlabBytes);
    }

    /// <summary>Slabs never move, so pinning is naming the address.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_address == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)Arena.SlabBytes);
        return new MemoryHandle(_address + elementIndex);
    }

    public override void Unpin()
    {
    }

    /// <summary>The slab is about to be unmapped: a use of the memory from here on throws instead of touching foreign memory.</summary>
    internal void Revoke() => _address = null;

    protected override void Dispose(bool disposing)
    {
    }
}
