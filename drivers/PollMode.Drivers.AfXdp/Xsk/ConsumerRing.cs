using System.Runtime.CompilerServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary>A ring that the kernel fills and this process empties: the RX ring (of descriptors) and the completion ring (of addresses).</summary>
/// <remarks>
/// The mirror of <see cref="ProducerRing"/>: the producer index is read with an acquire load before the entries, and the consumer index is
/// written with a release store after they have been read, so that the kernel overwrites nothing that is still being looked at.
/// </remarks>
internal sealed unsafe class ConsumerRing
{
    private readonly uint* _producer;
    private readonly uint* _consumer;
    private readonly byte* _entries;
    private readonly uint _mask;
    private uint _next;
    private uint _producerSeen;

    internal ConsumerRing(byte* mapping, in XdpRingOffset offset, int size)
    {
        _producer = (uint*)(mapping + offset.Producer);
        _consumer = (uint*)(mapping + offset.Consumer);
        _entries = mapping + offset.Entries;
        _mask = (uint)size - 1;
        Size = size;
        _next = *_consumer;
        _producerSeen = *_producer;
    }

    /// <summary>Entries it holds.</summary>
    internal int Size { get; }

    /// <summary>The entries, for loops: those of <see cref="Next"/> and on, modulo the size by <see cref="Mask"/>.</summary>
    internal byte* Entries => _entries;

    internal uint Mask => _mask;

    internal uint Next => _next;

    /// <summary>Entries that wait: at least as many as wanted if there are.</summary>
    /// <returns>Zero if the kernel's index makes no sense: it cannot be more than a whole ring ahead.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Peek(int wanted)
    {
        uint ready = _producerSeen - _next;
        if (ready < (uint)wanted)
        {
            _producerSeen = Volatile.Read(ref *_producer);
            ready = _producerSeen - _next;
        }

        return ready <= (uint)Size ? (int)ready : 0;
    }

    /// <summary>Entries that wait: all there are by now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int PeekAll() => Peek(int.MaxValue);

    /// <summary>A waiting entry of the completion ring, counted from the oldest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Address(int index) => ((ulong*)_entries)[(_next + (uint)index) & _mask];

    /// <summary>A waiting entry of the RX ring, counted from the oldest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref readonly XdpDescriptor Descriptor(int index) => ref ((XdpDescriptor*)_entries)[(_next + (uint)index) & _mask];

    /// <summary>Gives entries back to the kernel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Release(int count)
    {
        _next += (uint)count;
        Volatile.Write(ref *_consumer, _next);
    }
}
