using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PollMode.Isolation;

/// <summary>
/// A ring of bytes in native memory, from one worker to one reader that may live in different runtimes: frames one behind the other, each behind the
/// header of <see cref="TapFrame"/>. A frame that finds no room is dropped and counted.
/// </summary>
/// <remarks>
/// Ordering. The writer copies bytes, then stores head (release); the reader loads head (acquire), copies bytes out, then stores tail
/// (release), which the writer loads (acquire) before it overwrites them. Both only grow, so a full ring and an empty one differ.
/// </remarks>
internal readonly unsafe struct FrameRing
{
    private readonly FrameRingHeader* _header;

    private FrameRing(nint address) => _header = (FrameRingHeader*)address;

    /// <summary>Where it is: what crosses the border.</summary>
    internal nint Address => (nint)_header;

    internal long Offered => Volatile.Read(ref _header->Offered);

    internal long Dropped => Volatile.Read(ref _header->Dropped);

    internal long Delivered => Volatile.Read(ref _header->Delivered);

    /// <summary>The worker has written its last frame. A reader that sees it sees that frame too.</summary>
    internal bool HasEnded => Volatile.Read(ref _header->Ended) != 0;

    /// <summary>Where the writer stands.</summary>
    internal long Head => _header->Head;

    private byte* Data => (byte*)_header + FrameRingHeader.Bytes;

    /// <summary>Makes a ring. Given to the caller, who frees it.</summary>
    internal static FrameRing Allocate(int bytes)
    {
        nuint capacity = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)bytes);
        void* memory = NativeMemory.AlignedAlloc(FrameRingHeader.Bytes + capacity, 128);
        NativeMemory.Clear(memory, FrameRingHeader.Bytes + capacity);
        ((FrameRingHeader*)memory)->Capacity = (long)capacity;
        return new FrameRing((nint)memory);
    }

    /// <summary>The ring that another runtime made.</summary>
    internal static FrameRing At(nint address) => new(address);

    internal void Free() => NativeMemory.AlignedFree(_header);

    /// <summary>Copies a packet, all its segments, behind what was written before. The reader sees it after <see cref="Publish"/>. Writer only.</summary>
    /// <param name="packet">Borrowed.</param>
    /// <param name="head">Where to write: begins as <see cref="Head"/>, moves behind the frame.</param>
    /// <returns>False when there is no room.</returns>
    internal bool TryWrite(Packet packet, ref long head)
    {
        int length = packet.TotalLength;
        if (head + TapFrame.HeaderBytes + length - Volatile.Read(ref _header->Tail) > _header->Capacity)
        {
            return false;
        }

        Span<byte> front = stackalloc byte[TapFrame.HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(front, length);
        BinaryPrimitives.WriteUInt16LittleEndian(front[4..], (ushort)packet.Port);
        BinaryPrimitives.WriteUInt16LittleEndian(front[6..], (ushort)packet.Flags);
        BinaryPrimitives.WriteInt64LittleEndian(front[8..], packet.TimestampNanoseconds);
        head = Copy(front, head);
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            head = Copy(segment.Span, head);
        }

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

        _header->Delivered += frames;
        Volatile.Write(ref _header->Tail, tail);
        return frames;
    }

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
