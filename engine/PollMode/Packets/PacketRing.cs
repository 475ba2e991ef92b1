using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// A bounded ring of packets from one producer thread to one consumer thread: what joins ring ports, and workers that hand packets over. Not sealed, for
/// rings that take something else along.
/// </summary>
/// <remarks>
/// Ordering. Producer: stores packets, then head (release), so that a consumer that reads the new head (acquire) reads the packets and
/// everything done to their buffers before. Consumer: reads packets, then stores tail (release), so that a producer that reads the new
/// tail (acquire) overwrites only what was read. Each side keeps how far it may go by what it has seen of the other's counter, and reads that
/// only when it has come so far, so that in the steady state the lines of the counters move once per many bursts (Lee, Bu and Chandranmenon,
/// "MCRingBuffer", IPDPS 2010). The 64-bit counters never wrap in practice; a slot is counter modulo capacity. A consumer that uses packets where they stand
/// is ahead of the tail by what it was lent: it reads, and may write, those slots, then stores the tail.
/// </remarks>
public unsafe class PacketRing : IDisposable
{
    private readonly NativeBlock _block;
    private readonly Indices* _indices;
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
        _indices->Limit = Capacity;
    }

    /// <summary>Packets it holds at most.</summary>
    public int Capacity { get; }

    /// <summary>Packets in it, those in lent slots included. Exact for the producer or the consumer; from other threads a moment old.</summary>
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
        long free = indices->Limit - indices->Head;
        return free >= wanted ? wanted : RoomSeenAnew(wanted);
    }

    /// <summary>Takes packets from the front of the span, as many as fit. Producer only.</summary>
    /// <returns>How many; the rest is still the caller's.</returns>
    public int Enqueue(ReadOnlySpan<Packet> packets)
    {
        int count = RoomFor(packets.Length);
        if (TryWrite(packets[..count]))
        {
            Publish(count);
        }

        return count;
    }

    /// <summary>
    /// Writes all packets of the span behind those in the ring, if they fit, where the consumer does not see them before <see cref="Publish"/>: until then
    /// they are the caller's, and written anew by the next call. Producer only.
    /// </summary>
    /// <returns>False, with nothing written, if they do not fit; what an earlier call has written is then still to be published.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(ReadOnlySpan<Packet> packets)
    {
        if (FindRoom(packets.Length, out _, out _, out Packet* slots))
        {
            CopyIn(packets, slots);
            return true;
        }

        return TryWriteOtherwise(packets);
    }

    /// <summary>Gives the consumer what <see cref="TryWrite"/> has written last. Producer only.</summary>
    /// <param name="count">How many of it, from the first on; no more, and nothing may have been put in since. Checked in debug builds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(int count) => PublishUpTo(_indices->Head + count);

    /// <summary>Gives packets in the order they were put in. Consumer only.</summary>
    /// <returns>How many, from the front of the span.</returns>
    public int Dequeue(Span<Packet> packets)
    {
        int count = Peek(packets);
        if (count > 0)
        {
            Release(count);
        }

        return count;
    }

    /// <summary>
    /// Copies the packets that wait, which stay in the ring until <see cref="Release"/>: for who must look something up before the producer may write over it.
    /// Consumer only.
    /// </summary>
    /// <returns>How many, from the front of the span.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Peek(Span<Packet> packets)
    {
        int count = Find(packets.Length, out _, out long last, out Packet* slots);
        if (IsInOnePiece(last))
        {
            PacketHandles.Copy(ref *slots, ref MemoryMarshal.GetReference(packets), count);
        }
        else
        {
            ReadAround(packets[..count], last);
        }

        return count;
    }

    /// <summary>Takes out of the ring what <see cref="Peek"/> has given. Consumer only.</summary>
    /// <param name="count">How many of it, from the first on; no more. Checked in debug builds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(int count)
    {
        Indices* indices = _indices;
        long end = indices->Next + count;
        Debug.Assert(count >= 0 && end <= indices->HeadSeen, "More packets are released than were found.");
        indices->Next = end;
        Volatile.Write(ref indices->Tail, end);
    }

    /// <summary>Gives back the ring's memory. Both sides must have stopped, and the ring must be empty: what is in it is not freed.</summary>
    public void Dispose()
    {
        _block.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Finds room in one piece, in what the producer has last seen to be free. Producer only. Calls nothing, so that who sends needs to keep nothing for afterwards.</summary>
    /// <param name="count">For how many packets.</param>
    /// <param name="end">The head behind them, for <see cref="PublishUpTo"/>.</param>
    /// <param name="last">Index of the slot of the last of them.</param>
    /// <param name="slots">The slots, from the first on, for <see cref="CopyIn"/>.</param>
    /// <returns>False if there may be room all the same: <see cref="TryWrite"/> knows.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool FindRoom(int count, out long end, out long last, out Packet* slots)
    {
        Indices* indices = _indices;
        long head = indices->Head;
        end = head + count;
        long first = head & _mask;
        slots = SlotsOf(indices) + first;
        last = first + count - 1;

        // No packets before the first slot have their last one nowhere.
        return end <= indices->Limit && (ulong)last <= (ulong)_mask;
    }

    /// <summary>Writes packets where <see cref="FindRoom"/> has found room for as many. Producer only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void CopyIn(ReadOnlySpan<Packet> packets, Packet* slots) => PacketHandles.Copy(ref MemoryMarshal.GetReference(packets), ref *slots, packets.Length);

    /// <summary>Gives the consumer everything up to a head that <see cref="FindRoom"/> has told. Producer only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void PublishUpTo(long end)
    {
        Debug.Assert(end >= _indices->Head && end <= _indices->Limit, "More packets are published than there is room for.");
        Volatile.Write(ref _indices->Head, end);
    }

    /// <summary>Gives the producer the slots that <see cref="Lend"/> has lent. Consumer only. Writes nothing where there are none: who waits does not disturb the producer.</summary>
    /// <returns>Whether there were any.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool ReleaseLent()
    {
        Indices* indices = _indices;
        long next = indices->Next;
        if (indices->Tail == next)
        {
            return false;
        }

        Volatile.Write(ref indices->Tail, next);
        return true;
    }

    /// <summary>
    /// Gives packets that <see cref="Find"/> has found in one piece where they stand. The producer gets the slots that were lent before, and these when the next are
    /// lent, when any packets are released, or by <see cref="ReleaseLent"/>. Consumer only.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected Span<Packet> Lend(Packet* slots, int count, long end)
    {
        Indices* indices = _indices;
        indices->Next = end;
        Volatile.Write(ref indices->Tail, end - count);
        return MemoryMarshal.CreateSpan(ref *slots, count);
    }

    /// <summary>Finds packets that wait. Consumer only. Calls nothing, so that who receives needs to keep nothing for afterwards.</summary>
    /// <param name="wanted">How many, at most.</param>
    /// <param name="end">Where the receiver goes on behind them, for <see cref="Lend"/>.</param>
    /// <param name="last">Index of the slot of the last of them, were there no end of the slots before it: <see cref="IsInOnePiece"/>.</param>
    /// <param name="slots">The slots, from the first on, for <see cref="Lend"/>.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected int Find(int wanted, out long end, out long last, out Packet* slots)
    {
        Indices* indices = _indices;
        long next = indices->Next;
        int count = wanted;
        if (indices->HeadSeen - next < count)
        {
            long head = Volatile.Read(ref indices->Head);
            indices->HeadSeen = head;
            if (head - next < count)
            {
                // Only where it is fewer: a number that was not computed from the head is known before the head is.
                count = (int)(head - next);
            }
        }

        end = next + count;
        long first = next & _mask;
        slots = SlotsOf(indices) + first;
        last = first + count - 1;
        return count;
    }

    /// <summary>Whether packets up to such a slot stand in one piece, and not partly at the end of the slots and partly at their beginning.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected bool IsInOnePiece(long last) => last <= _mask;

    /// <summary>The slots, which stand behind the counters: their address is not to be loaded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Packet* SlotsOf(Indices* indices) => (Packet*)(indices + 1);

    /// <summary>With a new look at the tail, or over the end of the slots.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryWriteOtherwise(ReadOnlySpan<Packet> packets)
    {
        if (RoomFor(packets.Length) < packets.Length)
        {
            return false;
        }

        int start = (int)(_indices->Head & _mask);
        var slots = new Span<Packet>(SlotsOf(_indices), Capacity);
        int first = Math.Min(Capacity - start, packets.Length);
        packets[..first].CopyTo(slots[start..]);
        packets[first..].CopyTo(slots);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RoomSeenAnew(int wanted)
    {
        _indices->Limit = Volatile.Read(ref _indices->Tail) + Capacity;
        return (int)Math.Min(_indices->Limit - _indices->Head, wanted);
    }

    /// <summary>Copies out over the end of the slots.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadAround(Span<Packet> packets, long last)
    {
        var slots = new ReadOnlySpan<Packet>(SlotsOf(_indices), Capacity);
        ReadOnlySpan<Packet> first = slots[((int)last + 1 - packets.Length)..];
        first.CopyTo(packets);
        slots[..(packets.Length - first.Length)].CopyTo(packets[first.Length..]);
    }

    /// <summary>Each side's counter together with how far it may go by what it has seen of the other's, on lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Indices
    {
        [FieldOffset(0)] internal long Head;

        /// <summary>The tail as the producer has seen it last, and the capacity: the head goes no further.</summary>
        [FieldOffset(8)] internal long Limit;

        [FieldOffset(128)] internal long Tail;
        [FieldOffset(136)] internal long HeadSeen;

        /// <summary>Where the consumer goes on: the tail, and what it was lent.</summary>
        [FieldOffset(144)] internal long Next;
    }
}
