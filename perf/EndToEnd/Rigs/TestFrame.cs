using System.Buffers.Binary;
using PollMode.Wire;

namespace PollMode.EndToEnd;

/// <summary>A UDP frame between addresses that are set aside for benchmarks (RFC 2544), with a right IP checksum.</summary>
internal static class TestFrame
{
    /// <summary>Fills a span with the frame of a flow.</summary>
    internal static void Write(Span<byte> frame, int flow)
    {
        frame.Clear();
        ReadOnlySpan<byte> head =
        [
            0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01, 0x08, 0x00,
            0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 17, 0, 0, 198, 18, 0, 1, 198, 19, 0, 2,
        ];
        head.CopyTo(frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame[16..], (ushort)(frame.Length - 14));
        BinaryPrimitives.WriteUInt16BigEndian(frame[24..], InternetChecksum.Compute(frame[14..34]));
        BinaryPrimitives.WriteUInt16BigEndian(frame[34..], (ushort)(1024 + flow));
        BinaryPrimitives.WriteUInt16BigEndian(frame[36..], 9);
        BinaryPrimitives.WriteUInt16BigEndian(frame[38..], (ushort)(frame.Length - 34));
    }
}
