namespace PollMode;

/// <content>Copies of whole frames.</content>
public sealed unsafe partial class Mempool
{
    /// <summary>
    /// Copies a packet, its metadata and user word included, into buffers of this pool. Owner only; the packet may be of any pool.
    /// A chain becomes a chain of as few buffers as hold it. The first buffer keeps the packet's headroom where the frame then still fits.
    /// </summary>
    /// <param name="packet">Borrowed.</param>
    /// <param name="copy">The copy, which is the caller's; <c>default</c> if there is none.</param>
    /// <param name="leastHeadroom">Bytes of headroom that the copy has in any case.</param>
    /// <returns>False, with nothing taken, if the pool has not enough buffers.</returns>
    public bool TryCopy(Packet packet, out Packet copy, int leastHeadroom = 0)
    {
        copy = default;
        if (!TryRent(out Packet first))
        {
            return false;
        }

        int room = Arena.BufferBytes;
        int headroom = Math.Max(leastHeadroom, Math.Min(packet.Headroom, room - Math.Min(packet.Length, room)));
        PacketMetadata* metadata = first.Metadata;
        metadata->Extent = PacketMetadata.MakeExtent(headroom, packet.Port, 0);
        metadata->Facts = packet.Metadata->Facts;
        metadata->TimestampNanoseconds = packet.Metadata->TimestampNanoseconds;
        metadata->UserWord = packet.Metadata->UserWord;
        metadata->ChecksumStart = packet.Metadata->ChecksumStart;
        metadata->ChecksumOffset = packet.Metadata->ChecksumOffset;
        metadata->SegmentationBytes = packet.Metadata->SegmentationBytes;

        Packet last = first;
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            ReadOnlySpan<byte> bytes = segment.Span;
            while (!bytes.IsEmpty)
            {
                int count = Math.Min(bytes.Length, last.Tailroom);
                bytes[..count].CopyTo(new Span<byte>(last.DataPointer + last.Length, count));
                last.Metadata->Length += count;
                bytes = bytes[count..];
                if (!bytes.IsEmpty)
                {
                    if (!TryRent(out Packet next))
                    {
                        Return(first);
                        return false;
                    }

                    next.SetFrame(0, packet.Port, 0);
                    first.AppendSegments(next);
                    last = next;
                }
            }
        }

        copy = first;
        return true;
    }
}
