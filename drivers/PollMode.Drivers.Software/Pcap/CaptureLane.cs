using System.Runtime.InteropServices;

namespace PollMode.Drivers.Software;

/// <summary>
/// The way of one queue's frames to a capture's file: a ring of bytes with one writer, the poll thread, and one reader, the file's thread.
/// Each record lies in one piece; one that does not fit before the ring's end starts at its front.
/// </summary>
/// <remarks>
/// The poll thread writes records behind the published head, then publishes the head (release); the file's thread reads up to it (acquire),
/// writes to the file, then publishes the tail (release). The end of a lap's last record is kept in a plain field: it is written before the
/// head passes the ring's end, and not again before the tail has passed it, because a lap cannot be wound up while the last is unread.
/// </remarks>
internal sealed class CaptureLane
{
    private readonly CaptureEncoding _encoding;
    private readonly byte[] _ring;
    private readonly int _snapLength;
    private readonly CaptureDirection _direction;
    private long _written;
    private long _tailSeen;
    private int _lapEnd;
    private long _dropped;
    private long _lost;
    private Shared _shared;

    internal CaptureLane(CaptureEncoding encoding, int bytes, int snapLength, CaptureDirection direction)
    {
        _encoding = encoding;
        _ring = GC.AllocateUninitializedArray<byte>(bytes);
        _snapLength = snapLength;
        _direction = direction;
    }

    /// <summary>How far records have been written, published or not: what <see cref="TakeBack"/> may be given. Poll thread.</summary>
    internal long Written => _written;

    /// <summary>Frames that found no room. Counted by the poll thread, read by anyone.</summary>
    internal long Dropped { get => Volatile.Read(ref _dropped); set => Volatile.Write(ref _dropped, value); }

    /// <summary>Frames that were taken and then lost by a write that failed. Counted by the file's thread, read by anyone.</summary>
    internal long Lost { get => Volatile.Read(ref _lost); set => Volatile.Write(ref _lost, value); }

    /// <summary>Whether everything published has gone to the file. From any thread.</summary>
    internal bool IsEmpty => Volatile.Read(ref _shared.Tail) == Volatile.Read(ref _shared.Head);

    /// <summary>Copies a packet behind what is written already. Poll thread; borrows the packet.</summary>
    /// <returns>False, with nothing written, if there is no room.</returns>
    internal bool TryWrite(Packet packet, long timestampNanoseconds)
    {
        int original = packet.SegmentCount == 1 ? packet.Length : packet.TotalLength;
        int captured = Math.Min(original, _snapLength);
        if (!TryReserve(_encoding.RecordBytes(captured, _direction), out Span<byte> record))
        {
            return false;
        }

        int payload = _encoding.Write(record, captured, original, timestampNanoseconds, _direction);
        Span<byte> destination = record.Slice(payload, captured);
        if (packet.SegmentCount == 1)
        {
            packet.Span[..captured].CopyTo(destination);
            return true;
        }

        for (Packet segment = packet; !segment.IsNone && destination.Length > 0; segment = segment.NextSegment)
        {
            ReadOnlySpan<byte> part = segment.Span[..Math.Min(segment.Length, destination.Length)];
            part.CopyTo(destination);
            destination = destination[part.Length..];
        }

        return true;
    }

    /// <summary>Forgets records that are not published yet. Poll thread.</summary>
    internal void TakeBack(long written) => _written = written;

    /// <summary>Lets the file's thread see everything written so far. Poll thread.</summary>
    internal void Publish() => Volatile.Write(ref _shared.Head, _written);

    /// <summary>Gives whole records to be written to the file. File's thread; borrowed until <see cref="Release"/>.</summary>
    /// <param name="limit">Most bytes to give, unless a single record is longer.</param>
    /// <param name="frames">How many records.</param>
    /// <param name="advance">What to give to <see cref="Release"/>.</param>
    internal ReadOnlyMemory<byte> Read(int limit, out int frames, out long advance)
    {
        long tail = _shared.Tail;
        long head = Volatile.Read(ref _shared.Head);
        int start = (int)(tail % _ring.Length);
        long toRingEnd = _ring.Length - start;
        int end = (int)Math.Min(head - tail, toRingEnd) + start;
        bool isWrapped = head - tail >= toRingEnd;
        int lapEnd = isWrapped ? _lapEnd : end;
        int at = start;
        frames = 0;
        while (at < lapEnd)
        {
            int bytes = _encoding.RecordBytesAt(_ring.AsSpan(at));
            if (frames > 0 && at + bytes - start > limit)
            {
                break;
            }

            at += bytes;
            frames++;
        }

        advance = isWrapped && at == lapEnd ? toRingEnd : at - start;
        return new ReadOnlyMemory<byte>(_ring, start, at - start);
    }

    /// <summary>Gives back what <see cref="Read"/> gave. File's thread.</summary>
    internal void Release(long advance) => Volatile.Write(ref _shared.Tail, _shared.Tail + advance);

    private bool TryReserve(int bytes, out Span<byte> record)
    {
        int start = (int)(_written % _ring.Length);
        int skipped = bytes <= _ring.Length - start ? 0 : _ring.Length - start;
        long needed = _written + skipped + bytes - _ring.Length;
        if (needed > _tailSeen)
        {
            _tailSeen = Volatile.Read(ref _shared.Tail);
            if (needed > _tailSeen)
            {
                record = default;
                return false;
            }
        }

        if (skipped > 0)
        {
            _lapEnd = start;
            start = 0;
        }
        else if (start + bytes == _ring.Length)
        {
            _lapEnd = _ring.Length;
        }

        _written += skipped + bytes;
        record = _ring.AsSpan(start, bytes);
        return true;
    }

    /// <summary>The two ends, each on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Shared
    {
        [FieldOffset(128)] internal long Head;

        [FieldOffset(256)] internal long Tail;
    }
}
