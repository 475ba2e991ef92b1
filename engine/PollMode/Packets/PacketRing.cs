using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// A bounded ring of packets from one producer thread to one consumer thread: what joins ring ports, and workers that hand packets over.
/// </summary>
/// <remarks>
/// Ordering. Producer: stores packets, then head (release), so that a consumer that reads the new head (acquire) reads the packets and
/// everything done to their buffers before. Consumer: reads packets, then stores tail (release), so that a producer that reads the new
/// tail (acquire) overwrites only what was read. Each side keeps a copy of the other's counter and reads the real one only when the copy
/// says full or empty, so that in the steady state the lines of the counters move once per many bursts (Lee, Bu and Chandranmenon,
/// "MCRingBuffer", IPDPS 2010). The 64-bit counters never wrap in practice; a slot is counter modulo capacity.
/// </remarks>
public sealed unsafe class PacketRing : IDisposable
{
    private readonly NativeBlock _block;
    private readonly Indices* _indices;
    private readonly Packet* _slots;
    private readonly long _mask;

    /// <summary>Makes an empty ring.</summary>
    /// <param name="capacity">Packets it holds at most; rounded up to a power of two.</param>
    public PacketRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 24);
        Capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity);
        _mask = Capacity - 1;
        _block = new NativeBlock(sizeof(Indices) + ((long)Capacity * sizeof(Packet)), "a packet ring");
        _indices = (Indices*)_block.Pointer;
        _slots = (Packet*)(_block.Pointer + sizeof(Indices));
    }

    /// <summary>Packets it holds at most.</summary>
    public int Capacity { get; }

    /// <summary>Packets in it. Exact for the producer or the consumer; from other threads a moment old.</summary>
    public int Count
    {
        get
        {
            // The tail first, and it only grows: so never less than none.
            long tail = Volatile.Read(ref _indices->Tail);
            return (int)Math.Min(Capacity, Volatile.Read(ref _indices->Head) - tail);
        }
    }

    /// <summary>Takes packets from the front of the span, as many as fit. Producer only.</summary>
    /// <returns>How many; the rest is still the caller's.</returns>
    public int Enqueue(ReadOnlySpan<Packet> packets)
    {
        long head = _indices->Head;
        long free = Capacity - (head - _indices->TailSeen);
        if (free < packets.Length)
        {
            _indices->TailSeen = Volatile.Read(ref _indices->Tail);
            free = Capacity - (head - _indices->TailSeen);
        }

        int count = (int)Math.Min(free, packets.Length);
        int start = (int)(head & _mask);
        int first = Math.Min(count, Capacity - start);
        packets[..first].CopyTo(new Span<Packet>(_slots + start, first));
        packets[first..count].CopyTo(new Span<Packet>(_slots, count - first));
        Volatile.Write(ref _indices->Head, head + count);
        return count;
    }

    /// <summary>Gives packets in the order they were put in. Consumer only.</summary>
    /// <returns>How many, from the front of the span.</returns>
    public int Dequeue(Span<Packet> packets)
    {
        long tail = _indices->Tail;
        long waiting = _indices->HeadSeen - tail;
        if (waiting < packets.Length)
        {
            _indices->HeadSeen = Volatile.Read(ref _indices->Head);
            waiting = _indices->HeadSeen - tail;
            if (waiting == 0)
            {
                return 0;
            }
        }

        int count = (int)Math.Min(waiting, packets.Length);
        int start = (int)(tail & _mask);
        int first = Math.Min(count, Capacity - start);
        new ReadOnlySpan<Packet>(_slots + start, first).CopyTo(packets);
        new ReadOnlySpan<Packet>(_slots, count - first).CopyTo(packets[first..]);
        Volatile.Write(ref _indices->Tail, tail + count);
        return count;
    }

    /// <summary>Gives back the ring's memory. Both sides must have stopped, and the ring must be empty: what is in it is not freed.</summary>
    public void Dispose() => _block.Dispose();

    /// <summary>Each side's counter together with its copy of the other's, on lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Indices
    {
        [FieldOffset(0)] internal long Head;
        [FieldOffset(8)] internal long TailSeen;
        [FieldOffset(128)] internal long Tail;
        [FieldOffset(136)] internal long HeadSeen;
    }
}
