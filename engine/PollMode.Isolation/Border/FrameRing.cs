using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace PollMode.Isolation;

/// <summary>
/// A ring of bytes in shared memory, from one writer to one reader that may live in different runtimes or processes: frames one behind the other,
/// each behind the header of <see cref="TapFrame"/>. A frame that finds no room is the writer's to drop or to keep.
/// </summary>
/// <remarks>
/// Ordering. The writer copies bytes, then stores head (release); the reader loads head (acquire), copies bytes out, then stores tail
/// (release), which the writer loads (acquire) before it overwrites them. Both only grow, so a full ring and an empty one differ.
/// </remarks>
internal readonly unsafe struct FrameRing
{
    /// <summary>Bytes in front of the data: a page, so that the data begins on one.</summary>
    internal const int HeaderBytes = 4096;

    private readonly FrameRingHeader* _header;

    internal FrameRing(nint address) => _header = (FrameRingHeader*)address;

    internal long Offered => Volatile.Read(ref _header->Offered);

    internal long Dropped => Volatile.Read(ref _header->Dropped);

    internal long Delivered => Volatile.Read(ref _header->Delivered);

    /// <summary>The writer has written its last frame. A reader that sees it sees that frame too.</summary>
    internal bool HasEnded => Volatile.Read(ref _header->Ended) != 0;

    /// <summary>Whether somebody wants frames. Set by the reader.</summary>
    internal bool IsWanted
    {
        get => Volatile.Read(ref _header->Wanted) != 0;
        set => Volatile.Write(ref _header->Wanted, value ? 1 : 0);
    }

    /// <summary>Whether the reader has read all.</summary>
    internal bool IsEmpty => Volatile.Read(ref _header->Tail) == Volatile.Read(ref _header->Head);

    /// <summary>Where the writer stands.</summary>
    internal long Head => _header->Head;

    private byte* Data => (byte*)_header + HeaderBytes;

    /// <summary>Begins an empty ring.</summary>
    internal void Clear(long capacity)
    {
        *_header = default;
        _header->Capacity = capacity;
    }

    /// <summary>Copies a packet, all its segments, behind what was written before. The reader sees it after <see cref="Publish"/>. Writer only.</summary>
    /// <param name="packet">Borrowed.</param>
    /// <param name="head">Where to write: begins as <see cref="Head"/>, moves behind the frame.</param>
    /// <returns>False when there is no room.</returns>
    internal bool TryWrite(Packet packet, ref long head)
    {
        int length = packet.TotalLength;
        if (!HasRoom(length, head))
        {
            return false;
        }

        head = WriteHeader(length, packet.Port, packet.Flags, packet.TimestampNanoseconds, head);
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            head = Copy(segment.Span, head);
        }

        return true;
    }

    /// <summary>Copies a frame, with a word beside it, behind what was written before. The reader sees it after <see cref="Publish"/>. Writer only.</summary>
    /// <returns>False when there is no room.</returns>
    internal bool TryWrite(ReadOnlySpan<byte> frame, ulong word, ref long head)
    {
        if (!HasRoom(frame.Length, head))
        {
            return false;
        }

        head = Copy(frame, WriteHeader(frame.Length, 0, default, (long)word, head));
        return true;
    }

    /// <summary>Says that nothing more will be written. Writer only.</summary>
    internal void End() => Volatile.Write(ref _header->Ended, 1);

    /// <summary>Shows what was written, and counts. Writer only.</summary>
    internal void Publish(long head, int offered, int dropped)
    {
        Volatile.Write(ref _header->Offered, _header->Offered + offered);
        Volatile.Write(ref _header->Dropped, _header->Dropped + dropped);
        Volatile.Write(ref _header->Head, head);
    }

    /// <summary>Moves whole frames out of the ring, until there are none or some bytes were moved. Reader only.</summary>
    /// <returns>How many frames.</returns>
    internal int Read(IBufferWriter<byte> writer, int bytes)
    {
        long head = Volatile.Read(ref _header->Head);
        long tail = _header->Tail;
        long start = tail;
        Span<byte> front = stackalloc byte[TapFrame.HeaderBytes];
        int frames = 0;
        while (tail < head && tail - start < bytes)
        {
            CopyOut(tail, front);
            int length = TapFrame.HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(front);
            CopyOut(tail, writer.GetSpan(length)[..length]);
            writer.Advance(length);
            tail += length;
            frames++;
        }

        Advance(tail, frames);
        return frames;
    }

    /// <summary>Moves frames into packets. Reader only.</summary>
    /// <param name="packets">Where to put them.</param>
    /// <param name="pool">Where buffers come from: each frame fits one.</param>
    /// <param name="headroom">Bytes to leave in front.</param>
    /// <param name="port">Port that they come by.</param>
    /// <param name="longest">Bytes of the longest frame that the writer may write.</param>
    /// <param name="bytes">Bytes of frames moved.</param>
    /// <param name="noBuffer">Whether frames were left because no buffer was free.</param>
    /// <param name="isBroken">Whether the ring held something else than frames, and was emptied: somebody has written where he must not.</param>
    /// <returns>How many.</returns>
    internal int Receive(Span<Packet> packets, Mempool pool, int headroom, int port, int longest, out long bytes, out bool noBuffer, out bool isBroken)
    {
        bytes = 0;
        noBuffer = false;
        isBroken = false;
        long tail = _header->Tail;
        long head = Volatile.Read(ref _header->Head);
        if (tail == head)
        {
            return 0;
        }

        int count = 0;
        Span<byte> front = stackalloc byte[TapFrame.HeaderBytes];
        while (count < packets.Length && tail < head)
        {
            CopyOut(tail, front);
            int length = BinaryPrimitives.ReadInt32LittleEndian(front);
            if (length <= 0 || length > longest)
            {
                isBroken = true;
                tail = head;
                break;
            }

            if (!pool.TryRent(out Packet packet))
            {
                noBuffer = true;
                break;
            }

            packet.SetFrame(headroom, port, length);
            packet.UserWord = BinaryPrimitives.ReadUInt64LittleEndian(front[8..]);
            CopyOut(tail + TapFrame.HeaderBytes, packet.Span);
            packets[count++] = packet;
            tail += TapFrame.HeaderBytes + length;
            bytes += length;
        }

        Advance(tail, count);
        return count;
    }

    private bool HasRoom(int length, long head) => head + TapFrame.HeaderBytes + length - Volatile.Read(ref _header->Tail) <= _header->Capacity;

    private void Advance(long tail, int frames)
    {
        Volatile.Write(ref _header->Delivered, _header->Delivered + frames);
        Volatile.Write(ref _header->Tail, tail);
    }

    private long WriteHeader(int length, int port, PacketFlags flags, long word, long head)
    {
        Span<byte> front = stackalloc byte[TapFrame.HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(front, length);
        BinaryPrimitives.WriteUInt16LittleEndian(front[4..], (ushort)port);
        BinaryPrimitives.WriteUInt16LittleEndian(front[6..], (ushort)flags);
        BinaryPrimitives.WriteInt64LittleEndian(front[8..], word);
        return Copy(front, head);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Copy(ReadOnlySpan<byte> bytes, long head)
    {
        int offset = (int)(head & (_header->Capacity - 1));
        int first = (int)Math.Min(bytes.Length, _header->Capacity - offset);
        bytes[..first].CopyTo(new Span<byte>(Data + offset, first));
        bytes[first..].CopyTo(new Span<byte>(Data, bytes.Length - first));
        return head + bytes.Length;
    }

    private void CopyOut(long position, Span<byte> to)
    {
        int offset = (int)(position & (_header->Capacity - 1));
        int first = (int)Math.Min(to.Length, _header->Capacity - offset);
        new ReadOnlySpan<byte>(Data + offset, first).CopyTo(to);
        new ReadOnlySpan<byte>(Data, to.Length - first).CopyTo(to[first..]);
    }
}
