using System.Buffers;

namespace PollMode;

/// <summary>One buffer of a chain as a link of a <see cref="ReadOnlySequence{T}"/>. There is one for each buffer, kept by its slab, so that reading chains allocates nothing once warm.</summary>
internal sealed class PacketSegment : ReadOnlySequenceSegment<byte>
{
    /// <remarks>
    /// Writes nothing but what belongs in the end: two threads that hold the same chain may both ask for its sequence, and neither finds
    /// a link that the other has just taken away.
    /// </remarks>
    internal static ReadOnlySequence<byte> Chain(Packet packet)
    {
        PacketSegment first = Of(packet);
        PacketSegment last = first;
        long length = packet.Length;
        first.RunningIndex = 0;
        for (Packet next = packet.NextSegment; !next.IsNone; next = next.NextSegment)
        {
            PacketSegment segment = Of(next);
            segment.RunningIndex = length;
            last.Next = segment;
            last = segment;
            length += next.Length;
        }

        last.Next = null;
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static unsafe PacketSegment Of(Packet packet)
    {
        PacketSegment segment = SlabTable.Get(packet.Metadata->SlabId).SegmentOf(packet);
        segment.Memory = packet.Memory;
        return segment;
    }
}
