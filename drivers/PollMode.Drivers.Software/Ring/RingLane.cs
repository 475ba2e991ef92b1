using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode.Drivers.Software;

/// <summary>
/// One direction of one queue of a ring: packets, and beside the last packet of each burst the bytes that had been sent up to it. So the
/// receiver, who mostly takes bursts as they were sent, counts their bytes without a look at the packets. What was put in without a mark is looked at.
/// </summary>
/// <remarks>
/// A mark is written before its packet is put in and read before it is taken out, so it goes from one thread to the other under the ring's own
/// ordering: published with the head, free to be written again with the tail.
/// </remarks>
internal sealed unsafe class RingLane : PacketRing
{
    private readonly Mark[] _memory;
    private readonly Mark* _marks;
    private readonly long _markMask;
    private volatile bool _isClosed;

    internal RingLane(int slots)
        : base(slots)
    {
        _markMask = Capacity - 1;

        // Pinned, and used by its address: a mark costs neither a look at the array nor at its bounds.
        _memory = GC.AllocateArray<Mark>(Capacity, pinned: true);
        _marks = (Mark*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
    }

    /// <summary>Set when nobody will receive any more. From any thread.</summary>
    internal bool IsClosed { get => _isClosed; set => _isClosed = value; }

    /// <summary>Notes the bytes sent up to the end of a burst. Sender only.</summary>
    /// <param name="end">Packets sent up to there, at least one.</param>
    /// <param name="bytes">Their bytes.</param>
    internal void MarkBytes(long end, long bytes) => _marks[end & _markMask] = new Mark(end, bytes);

    /// <summary>Tells the bytes sent up to the end of what is received, if a burst ended there. Receiver only.</summary>
    internal bool TryGetBytes(long end, out long bytes)
    {
        Mark mark = _marks[end & _markMask];
        bytes = mark.Bytes;
        return mark.End == end;
    }

    private readonly record struct Mark(long End, long Bytes);
}
