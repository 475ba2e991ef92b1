using System.Buffers;
using System.Buffers.Binary;

namespace PollMode;

/// <summary>
/// One frame as it stands in a tap's pipe: a header of 16 bytes, little-endian, and the frame's bytes behind it. The header is the
/// frame's length (4 bytes), its port (2), its <see cref="PacketFlags"/> (2), and its time of reception (8).
/// </summary>
/// <param name="Bytes">The frame. Borrowed from the pipe: valid until the reader advances beyond it.</param>
/// <param name="Port">Index of the port it came in by.</param>
/// <param name="Flags">What is known about it.</param>
/// <param name="TimestampNanoseconds">Time of reception since 1970-01-01 UTC; valid with <see cref="PacketFlags.HasTimestamp"/>.</param>
public readonly record struct TapFrame(ReadOnlySequence<byte> Bytes, int Port, PacketFlags Flags, long TimestampNanoseconds)
{
    /// <summary>Bytes of the header in front of each frame.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Bytes of the frame.</summary>
    public int Length => (int)Bytes.Length;

    /// <summary>Reads a frame off the front of what a <c>PipeReader</c> gave.</summary>
    /// <param name="buffer">What was read; on success, what is left behind the frame. Hand its start to <c>AdvanceTo</c> as consumed, its end as examined.</param>
    /// <param name="frame">The frame.</param>
    /// <returns>False, with nothing changed, if no whole frame is there yet.</returns>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out TapFrame frame)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (buffer.Length >= HeaderBytes)
        {
            buffer.Slice(0, HeaderBytes).CopyTo(header);
            int length = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (buffer.Length - HeaderBytes >= length)
            {
                frame = new TapFrame(
                    buffer.Slice(HeaderBytes, length),
                    BinaryPrimitives.ReadUInt16LittleEndian(header[4..]),
                    (PacketFlags)BinaryPrimitives.ReadUInt16LittleEndian(header[6..]),
                    BinaryPrimitives.ReadInt64LittleEndian(header[8..]));
                buffer = buffer.Slice(frame.Bytes.End);
                return true;
            }
        }

        frame = default;
        return false;
    }

    /// <summary>Copies a packet, all its segments, behind its header.</summary>
    internal static void Write(IBufferWriter<byte> writer, Packet packet)
    {
        Span<byte> header = writer.GetSpan(HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header, packet.TotalLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)packet.Port);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)packet.Flags);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], packet.TimestampNanoseconds);
        writer.Advance(HeaderBytes);
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            writer.Write(segment.Span);
        }
    }
}
