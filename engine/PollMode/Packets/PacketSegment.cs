using System.Buffers;

namespace PollMode;

/// <summary>One buffer of a chain as a link of a <see cref="ReadOnlySequence{T}"/>. There is one for each buffer, kept by its slab, so that reading chains allocates nothing once warm.</summary>
internal sealed class PacketSegment : ReadOnlySequenceSegment<byte>
{
    internal static ReadOnlySequence<byte> Chain(Packet packet)
    {
        PacketSegment first = Of(packet, 0);
        PacketSegment last = first;
        for (Packet next = packet.NextSegment; !next.IsNone; next = next.NextSegment)
        {
            PacketSegment segment = Of(next, last.RunningIndex + last.Memory.Length);
            last.Next = segment;
            last = segment;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private static unsafe PacketSegment Of(Packet packet, long runningIndex)
    {
        PacketSegment segment = SlabTable.Get(packet.Metadata->SlabId).SegmentOf(packet);
        segment.Memory = packet.Memory;
        segment.RunningIndex = runningIndex;
        segment.Next = null;
        return segment;
    }
}
