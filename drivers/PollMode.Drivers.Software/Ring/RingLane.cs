using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode.Drivers.Software;

/// <summary>
/// One direction of one queue of a ring: packets, and beside the last packet of each burst the bytes that had been sent up to it. So the
/// receiver, who mostly takes bursts as they were sent, counts their bytes without a look at the packets. What was put in without a mark is looked at.
/// </summary>
/// <remarks>
/// A mark is written before its packet is put in and read before it is taken out, so it goes from one thread to the other under the ring's own
/// ordering: published with the head, free to be written again with the tail. The counters of a queue are those of its side of the ring: nobody else sends or
/// receives while the queue is open.
/// </remarks>
internal sealed unsafe class RingLane : PacketRing
{
    /// <summary>No port's index, and nothing that a caller might give for one.</summary>
    internal const int Closed = int.MinValue;

    private readonly Mark[] _memory;
    private readonly Mark* _marks;
    private volatile int _receiverPort = Closed;

    internal RingLane(int slots)
        : base(slots)
    {
        // Pinned, and used by its address: a mark costs neither a look at the array nor at its bounds.
        _memory = GC.AllocateArray<Mark>(Capacity, pinned: true);
        _marks = (Mark*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
    }

    /// <summary>Index of the port that receives; <see cref="Closed"/> when nobody will receive any more. From any thread.</summary>
    internal int ReceiverPort { get => _receiverPort; set => _receiverPort = value; }

    /// <summary>Puts in a burst, with its bytes, if there is room for all of it. Sender only; gives the packets.</summary>
    /// <param name="packets">The packets, at least one.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="counters">What the sender counts by.</param>
    /// <returns>False, with nothing done, if there is no room in one piece that the sender knows of.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TrySend(ReadOnlySpan<Packet> packets, long bytes, QueueCounters counters)
    {
        if (!FindRoom(packets.Length, out long end, out long last, out Packet* slots))
        {
            return false;
        }

        CopyIn(packets, slots);
        Publish(end, bytes, counters, &_marks[last]);
        return true;
    }

    /// <summary>The same wherever there is room. Sender only; gives the packets.</summary>
    /// <param name="packets">The packets, at least one and no more than there is <see cref="PacketRing.RoomFor"/>.</param>
    /// <param name="bytes">Their bytes.</param>
    /// <param name="counters">What the sender counts by.</param>
    internal void Send(ReadOnlySpan<Packet> packets, long bytes, QueueCounters counters)
    {
        _ = TryWrite(packets);
        long end = counters.Packets + packets.Length;
        Publish(end, bytes, counters, MarkAt(end));
    }

    /// <summary>Gives what waits, and counts it. Receiver only; the caller takes the packets.</summary>
    /// <returns>How many, from the front of the span.</returns>
    internal int Receive(Span<Packet> packets, QueueCounters counters)
    {
        Span<Packet> received = ReceiveInPlace(packets, counters);
        received.CopyTo(packets);
        ReleaseLent();
        return received.Length;
    }

    /// <summary>The same, but where the packets stand, if they stand in one piece and one burst of the sender ends with them. The slots are lent until the next call.</summary>
    /// <returns>The packets, in the room given or in slots.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<Packet> ReceiveInPlace(Span<Packet> room, QueueCounters counters)
    {
        int count = Find(room.Length, out long end, out long last, out Packet* slots);
        if (count <= 0)
        {
            ReleaseLent();
            return default;
        }

        if (!IsInOnePiece(last) || _marks[last].End != end)
        {
            return room[..ReceiveOtherwise(room, counters)];
        }

        counters.Packets = end;
        counters.Bytes = _marks[last].Bytes;
        return Lend(slots, count, end);
    }

    /// <summary>Gives the sender the slots that were lent last. Receiver only.</summary>
    internal bool ReturnPlaces() => ReleaseLent();

    /// <summary>Over the end of the slots, and where no burst of the sender ended, so that each packet has to be looked at. There is at least one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReceiveOtherwise(Span<Packet> packets, QueueCounters counters)
    {
        int count = Peek(packets);
        counters.Packets += count;
        Mark mark = *MarkAt(counters.Packets);
        counters.Bytes = mark.End == counters.Packets ? mark.Bytes : counters.Bytes + PacketSweep.BytesOf(packets[..count]);

        // The mark was read before the packets are out: now the sender may write it anew.
        Release(count);
        return count;
    }

    /// <summary>Counts and marks what was written into the ring, and lets the receiver have it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Publish(long end, long bytes, QueueCounters counters, Mark* mark)
    {
        bytes += counters.Bytes;
        counters.Packets = end;
        counters.Bytes = bytes;
        *mark = new Mark(end, bytes);
        PublishUpTo(end);
    }

    /// <summary>Where the mark of a packet is.</summary>
    /// <param name="end">Packets sent up to it, itself included.</param>
    private Mark* MarkAt(long end) => &_marks[(end - 1) & (Capacity - 1)];

    private readonly record struct Mark(long End, long Bytes);
}
