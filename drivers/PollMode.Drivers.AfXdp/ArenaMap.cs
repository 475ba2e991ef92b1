using System.Numerics;
using System.Runtime.CompilerServices;

namespace PollMode.Drivers.AfXdp;

/// <summary>A UMEM's addresses: turns addresses, offsets and numbers of buffers into each other, and refuses those that lie in none.</summary>
internal readonly unsafe struct ArenaMap
{
    /// <summary>A division by the size of a buffer is a multiplication: exact for every offset in a slab, because 2^21 times 2^16 is below 2^43.</summary>
    private const int ReciprocalShift = 43;

    private readonly byte* _base;
    private readonly ulong _length;
    private readonly ulong _reciprocal;
    private readonly int _shift;
    private readonly uint _bufferBytes;
    private readonly uint _buffersPerSlab;

    internal ArenaMap(Arena arena)
    {
        _base = arena.BaseAddress;
        _length = (ulong)arena.LengthBytes;
        _bufferBytes = (uint)arena.BufferBytes;
        _buffersPerSlab = (uint)arena.BuffersPerSlab;
        _reciprocal = ((1UL << ReciprocalShift) / _bufferBytes) + 1;
        _shift = BitOperations.IsPow2(_bufferBytes) ? BitOperations.Log2(_bufferBytes) : -1;
        Buffers = arena.Buffers;
    }

    /// <summary>Buffers of the arena.</summary>
    internal int Buffers { get; }

    /// <summary>The offset of an address in the arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong OffsetOf(byte* address) => (ulong)(address - _base);

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

        // Buffers of another size do not go evenly into a slab: a rest at its end belongs to none.
        uint inSlab = (uint)offset & (Arena.SlabBytes - 1);
        uint number = (uint)((inSlab * _reciprocal) >> ReciprocalShift);
        inside = (int)(inSlab - (number * _bufferBytes));
        buffer = (int)(((uint)(offset / Arena.SlabBytes) * _buffersPerSlab) + number);
        return offset < _length && number < _buffersPerSlab;
    }

    /// <summary>Where a buffer starts in the arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong StartOf(int buffer) => _shift >= 0
        ? (ulong)buffer << _shift
        : ((ulong)((uint)buffer / _buffersPerSlab) * Arena.SlabBytes) + ((ulong)((uint)buffer % _buffersPerSlab) * _bufferBytes);
}
