using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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
    private readonly int _mask;

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

    /// <summary>How many packets the ring has room for, so that who must do something to them first does it to no others. Producer only.</summary>
    /// <param name="wanted">How many are to be put in.</param>
    /// <returns>That many, or as many as fit.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RoomFor(int wanted)
    {
        Indices* indices = _indices;
        long free = Capacity - (indices->Head - indices->TailSeen);
        return free >= wanted ? wanted : RoomSeenAnew(wanted);
    }

    /// <summary>Takes packets from the front of the span, as many as fit. Producer only.</summary>
    /// <returns>How many; the rest is still the caller's.</returns>
    public int Enqueue(ReadOnlySpan<Packet> packets)
    {
        int count = RoomFor(packets.Length);
        Put(packets[..count]);
        return count;
    }

    /// <summary>Takes all packets of the span, which are no more than <see cref="RoomFor"/> has just told. Producer only.</summary>
    /// <exception cref="InvalidOperationException">They are more.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(ReadOnlySpan<Packet> packets)
    {
        Indices* indices = _indices;
        long head = indices->Head;
        if (packets.Length > Capacity - (head - indices->TailSeen))
        {
            ThrowNoRoom();
        }

        int start = (int)head & _mask;
        ref Packet from = ref MemoryMarshal.GetReference(packets);
        if (packets.Length <= Capacity - start)
        {
            PacketHandles.Copy(ref from, ref _slots[start], packets.Length);
        }
        else
        {
            PutAround(packets, start);
        }

        Volatile.Write(ref indices->Head, head + packets.Length);
    }

    /// <summary>How many packets wait, for who must look something up before he takes them. Consumer only.</summary>
    /// <param name="wanted">How many are to be taken out.</param>
    /// <returns>That many, or as many as there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int WaitingFor(int wanted)
    {
        Indices* indices = _indices;
        long waiting = indices->HeadSeen - indices->Tail;
        if (waiting < wanted)
        {
            long head = Volatile.Read(ref indices->Head);
            indices->HeadSeen = head;
            waiting = head - indices->Tail;
        }

        return (int)Math.Min(waiting, wanted);
    }

    /// <summary>Gives packets in the order they were put in. Consumer only.</summary>
    /// <returns>How many, from the front of the span.</returns>
    public int Dequeue(Span<Packet> packets)
    {
        int count = WaitingFor(packets.Length);
        if (count > 0)
        {
            Take(packets[..count]);
        }

        return count;
    }

    /// <summary>Fills the span, which is no longer than <see cref="WaitingFor"/> has just told. Consumer only.</summary>
    /// <exception cref="InvalidOperationException">It is longer.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(Span<Packet> packets)
    {
        Indices* indices = _indices;
        long tail = indices->Tail;
        if (packets.Length > indices->HeadSeen - tail)
        {
            ThrowNotWaiting();
        }

        int start = (int)tail & _mask;
        ref Packet to = ref MemoryMarshal.GetReference(packets);
        if (packets.Length <= Capacity - start)
        {
            PacketHandles.Copy(ref _slots[start], ref to, packets.Length);
        }
        else
        {
            TakeAround(packets, start);
        }

        Volatile.Write(ref indices->Tail, tail + packets.Length);
    }

    /// <summary>Gives back the ring's memory. Both sides must have stopped, and the ring must be empty: what is in it is not freed.</summary>
    public void Dispose() => _block.Dispose();

    [DoesNotReturn]
    private static void ThrowNoRoom() => throw new InvalidOperationException("The ring has no room for as many packets; ask RoomFor first.");

    [DoesNotReturn]
    private static void ThrowNotWaiting() => throw new InvalidOperationException("Not as many packets wait in the ring; ask WaitingFor first.");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RoomSeenAnew(int wanted)
    {
        _indices->TailSeen = Volatile.Read(ref _indices->Tail);
        return (int)Math.Min(Capacity - (_indices->Head - _indices->TailSeen), wanted);
    }

    /// <summary>Copies in over the end of the slots.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PutAround(ReadOnlySpan<Packet> packets, int start)
    {
        int first = Capacity - start;
        packets[..first].CopyTo(new Span<Packet>(_slots + start, first));
        packets[first..].CopyTo(new Span<Packet>(_slots, Capacity));
    }

    /// <summary>Copies out over the end of the slots.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeAround(Span<Packet> packets, int start)
    {
        int first = Capacity - start;
        new Span<Packet>(_slots + start, first).CopyTo(packets);
        new Span<Packet>(_slots, packets.Length - first).CopyTo(packets[first..]);
    }

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
