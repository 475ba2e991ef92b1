using System.Numerics;
using System.Runtime.CompilerServices;

namespace PollMode.Drivers.AfXdp;

/// <summary>A UMEM's addresses: turns addresses, offsets and numbers of buffers into each other, and refuses those that lie in none.</summary>
internal readonly unsafe struct ArenaMap
{
    private readonly byte* _base;
    private readonly ulong _length;
    private readonly int _shift;
    private readonly uint _bufferBytes;
    private readonly uint _buffersPerSlab;

    internal ArenaMap(Arena arena)
    {
        _base = arena.BaseAddress;
        _length = (ulong)arena.LengthBytes;
        _bufferBytes = (uint)arena.BufferBytes;
        _buffersPerSlab = (uint)arena.BuffersPerSlab;
        _shift = BitOperations.IsPow2(_bufferBytes) ? BitOperations.Log2(_bufferBytes) : -1;
        Buffers = (int)(arena.LengthBytes / Arena.SlabBytes * arena.BuffersPerSlab);
    }

    /// <summary>Buffers of the arena.</summary>
    internal int Buffers { get; }

    /// <summary>The offset of an address. False if it lies outside the arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGetOffset(byte* address, out ulong offset)
    {
        offset = (ulong)(address - _base);
        return offset < _length;
    }

    /// <summary>The number of the buffer that an offset lies in, and how far in. False if it lies in none: what the kernel says is checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryLocate(ulong offset, out int buffer, out int inside)
    {
        if (_shift >= 0)
        {
            buffer = (int)(offset >> _shift);
            inside = (int)((uint)offset & (_bufferBytes - 1));
            return offset < _length;
        }

        return TryLocateOdd(offset, out buffer, out inside);
    }

    /// <summary>Where a buffer starts in the arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong StartOf(int buffer) => _shift >= 0
        ? (ulong)buffer << _shift
        : ((ulong)((uint)buffer / _buffersPerSlab) * Arena.SlabBytes) + ((ulong)((uint)buffer % _buffersPerSlab) * _bufferBytes);

    /// <summary>Buffers of another size than a power of two do not go evenly into a slab: a rest at its end belongs to none.</summary>
    private bool TryLocateOdd(ulong offset, out int buffer, out int inside)
    {
        uint inSlab = (uint)(offset & (Arena.SlabBytes - 1));
        uint number = inSlab / _bufferBytes;
        inside = (int)(inSlab - (number * _bufferBytes));
        buffer = (int)(((offset / Arena.SlabBytes) * _buffersPerSlab) + number);
        return offset < _length && number < _buffersPerSlab;
    }
}
