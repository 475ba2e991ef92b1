using System.Buffers;
using System.Runtime.CompilerServices;

namespace PollMode;

/// <content>Frames of several buffers: a chain, which its first buffer stands for.</content>
public readonly unsafe partial struct Packet
{
    /// <summary>Bytes of the whole frame, all segments together.</summary>
    public int TotalLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Metadata->SegmentCount == 1 ? Metadata->Length : SumOfLengths();
    }

    /// <summary>Buffers in the chain that starts here; one for an ordinary packet.</summary>
    public int SegmentCount => Metadata->SegmentCount;

    /// <summary>The next buffer of a chain, or <c>default</c>. It belongs to the first buffer: never free it by itself.</summary>
    public Packet NextSegment => new(Metadata->Next);

    /// <summary>Hangs a packet behind this one as further segments of the same frame, and takes it. Neither may be shared: both are changed.</summary>
    public void AppendSegments(Packet tail)
    {
        if (Ledger.IsOn)
        {
            Ledger.Using(this);
            Ledger.Using(tail);
        }

        System.Diagnostics.Debug.Assert(ReferenceCount == 1 && tail.ReferenceCount == 1 && tail != this, "A shared packet is read-only.");
        if (Metadata->SegmentCount == 1)
        {
            Pool.NoteUnusual(1);
        }

        if (tail.Metadata->SegmentCount > 1)
        {
            tail.Pool.NoteUnusual(-1);
        }

        LastSegment().Metadata->Next = tail.Metadata;
        Metadata->SegmentCount += tail.Metadata->SegmentCount;
        tail.Metadata->SegmentCount = 1;
    }

    /// <summary>
    /// The whole frame as a sequence. Borrowed. Makes no object for a single buffer; of a chain each buffer has one segment object,
    /// made when its slab is first asked for one.
    /// </summary>
    public ReadOnlySequence<byte> AsSequence() =>
        Metadata->SegmentCount == 1 ? new ReadOnlySequence<byte>(Memory) : PacketSegment.Chain(this);

    /// <summary>Copies the whole frame, all segments, to a span.</summary>
    /// <returns>Bytes copied; -1, with nothing copied, if it does not fit.</returns>
    public int CopyTo(Span<byte> destination)
    {
        if (destination.Length < TotalLength)
        {
            return -1;
        }

        int copied = 0;
        for (PacketMetadata* segment = Metadata; segment != null; segment = segment->Next)
        {
            new ReadOnlySpan<byte>(segment->Buffer + segment->DataOffset, segment->Length).CopyTo(destination[copied..]);
            copied += segment->Length;
        }

        return copied;
    }

    /// <summary>Apart from <see cref="TotalLength"/>, so that a compiler without a profile inlines that one: a loop inside would keep it from doing so.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int SumOfLengths()
    {
        int total = 0;
        for (PacketMetadata* segment = Metadata; segment != null; segment = segment->Next)
        {
            total += segment->Length;
        }

        return total;
    }

    private Packet LastSegment()
    {
        PacketMetadata* segment = Metadata;
        while (segment->Next != null)
        {
            segment = segment->Next;
        }

        return new Packet(segment);
    }
}
