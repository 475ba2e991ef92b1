using System.Runtime.CompilerServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary>A ring that this process fills and the kernel empties: the fill ring (of addresses) and the TX ring (of descriptors).</summary>
/// <remarks>
/// One producer, one consumer (Documentation/networking/af_xdp.rst). Both indices count entries for ever and wrap at 2^32; an entry's place
/// is its index modulo the size, a power of two, so differences stay right over the wrap.
/// This side writes entries with plain stores and then the producer index with a release store: whoever reads the new index sees the
/// entries. It reads the consumer index with an acquire load, so that its stores into freed entries come after the kernel's loads from
/// them. The kernel's index is looked at only when the copy kept here says that room is short, which saves the cache line's journey
/// between the CPUs ("cached indices", as in MCRingBuffer, Lee et al., 2010).
/// The need-wakeup flag is the one StoreLoad: the kernel sets it and then looks at the producer index once more, so this side must publish
/// its index before it reads the flag, and that takes a full fence.
/// </remarks>
internal sealed unsafe class ProducerRing
{
    private const uint NeedWakeupFlag = 1;

    private readonly uint* _producer;
    private readonly uint* _consumer;
    private readonly uint* _flags;
    private readonly byte* _entries;
    private readonly uint _mask;
    private uint _next;
    private uint _consumerSeen;

    internal ProducerRing(byte* mapping, in XdpRingOffset offset, int size)
    {
        _producer = (uint*)(mapping + offset.Producer);
        _consumer = (uint*)(mapping + offset.Consumer);
        _flags = (uint*)(mapping + offset.Flags);
        _entries = mapping + offset.Entries;
        _mask = (uint)size - 1;
        Size = size;
        _next = *_producer;
        _consumerSeen = *_consumer;
    }

    /// <summary>Entries it holds.</summary>
    internal int Size { get; }

    /// <summary>The entries, for loops: those of <see cref="Next"/> and on, modulo the size by <see cref="Mask"/>.</summary>
    internal byte* Entries => _entries;

    internal uint Mask => _mask;

    internal uint Next => _next;

    /// <summary>Entries that the kernel has not taken yet. From any thread, as of a moment ago.</summary>
    internal int Outstanding => (int)(Volatile.Read(ref *_producer) - Volatile.Read(ref *_consumer));

    /// <summary>Whether the kernel wants a system call before it goes on. After <see cref="Submit"/>.</summary>
    internal bool NeedsWakeup
    {
        get
        {
            Interlocked.MemoryBarrier();
            return (Volatile.Read(ref *_flags) & NeedWakeupFlag) != 0;
        }
    }

    /// <summary>Free entries: at least as many as wanted if there are.</summary>
    /// <returns>Zero if the kernel's index makes no sense: it cannot be ahead of this side.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Reserve(int wanted)
    {
        uint free = (uint)Size - (_next - _consumerSeen);
        if (free < (uint)wanted)
        {
            _consumerSeen = Volatile.Read(ref *_consumer);
            free = (uint)Size - (_next - _consumerSeen);
        }

        return free <= (uint)Size ? (int)free : 0;
    }

    /// <summary>A reserved entry of the fill ring, counted from the first one not submitted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref ulong Address(int index) => ref ((ulong*)_entries)[(_next + (uint)index) & _mask];

    /// <summary>A reserved entry of the TX ring, counted from the first one not submitted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref XdpDescriptor Descriptor(int index) => ref ((XdpDescriptor*)_entries)[(_next + (uint)index) & _mask];

    /// <summary>Gives reserved entries to the kernel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Submit(int count)
    {
        _next += (uint)count;
        Volatile.Write(ref *_producer, _next);
    }
}
