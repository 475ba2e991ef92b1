using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// HPA's ring: where buffers come home that other threads held. Bounded, many producers, one consumer (the pool's owner), FIFO,
/// a whole batch for one atomic operation.
/// </summary>
/// <remarks>
/// Ordering. A slot that holds null is free, as in the kernel's ptr_ring, so the slots themselves carry the hand-over.
/// Producer: reads tail (acquire) to learn which slots the consumer has cleared, claims n of them by compare-and-swap on head (full
/// fence), then stores each packet (release: what it did to the buffer is visible to whoever reads the slot). Producers never wait for
/// each other; one that is preempted between claim and store only hides what lies behind its slots until it runs again.
/// Consumer: reads a slot (acquire), stops at null, clears it, and after a batch publishes tail (release: the clearing is visible
/// before the slot counts as free). The 64-bit counters never wrap in practice; a slot is counter modulo capacity.
/// </remarks>
internal sealed unsafe class ReturnRing : IDisposable
{
    private readonly NativeBlock _block;
    private readonly Indices* _indices;
    private readonly nint* _slots;
    private readonly long _mask;

    internal ReturnRing(int capacity)
    {
        Capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 64));
        _mask = Capacity - 1;
        _block = new NativeBlock(sizeof(Indices) + ((long)Capacity * sizeof(nint)), "a pool's ring");
        _indices = (Indices*)_block.Pointer;
        _slots = (nint*)(_block.Pointer + sizeof(Indices));
    }

    internal int Capacity { get; }

    /// <summary>Packets in the ring, those that a producer is just storing included. Exact when no producer is at work.</summary>
    internal int Count
    {
        get
        {
            // The tail first, and it only grows: so never less than none.
            long tail = Volatile.Read(ref _indices->Tail);
            return (int)Math.Min(Capacity, Volatile.Read(ref _indices->Head) - tail);
        }
    }

    /// <summary>True if the consumer would find nothing now. One load of the slot at the tail: cheap for a poll loop.</summary>
    internal bool IsEmpty => Volatile.Read(ref _slots[_indices->Tail & _mask]) == 0;

    public void Dispose() => _block.Dispose();

    /// <summary>Takes as many packets as fit, from any thread.</summary>
    /// <returns>How many, from the front of the span.</returns>
    internal int Enqueue(ReadOnlySpan<Packet> packets)
    {
        long head;
        int count;
        do
        {
            head = Volatile.Read(ref _indices->Head);
            long free = Capacity - (head - Volatile.Read(ref _indices->Tail));
            count = (int)Math.Min(free, packets.Length);
            if (count <= 0)
            {
                return 0;
            }
        }
        while (Interlocked.CompareExchange(ref _indices->Head, head + count, head) != head);

        for (int i = 0; i < count; i++)
        {
            Volatile.Write(ref _slots[(head + i) & _mask], (nint)packets[i].Metadata);
        }

        return count;
    }

    /// <summary>Gives packets in the order they came. Owner only.</summary>
    internal int Dequeue(Packet* destination, int count)
    {
        long tail = _indices->Tail;
        int taken = 0;
        while (taken < count)
        {
            nint* slot = &_slots[(tail + taken) & _mask];
            nint packet = Volatile.Read(ref *slot);
            if (packet == 0)
            {
                break;
            }

            *slot = 0;
            destination[taken++] = new Packet((PacketMetadata*)packet);
        }

        if (taken > 0)
        {
            Volatile.Write(ref _indices->Tail, tail + taken);
        }

        return taken;
    }

    /// <summary>Head and tail on lines of their own, each followed by a line that the adjacent-line prefetcher may take in vain.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Indices
    {
        [FieldOffset(0)] internal long Head;
        [FieldOffset(128)] internal long Tail;
    }
}
