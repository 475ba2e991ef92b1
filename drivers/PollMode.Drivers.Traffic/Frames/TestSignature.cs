using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// What every test packet carries right behind its headers: 18 bytes, so that it fits the shortest UDP frame.
/// <code>
/// 0  check     makes the sum of all payload words a known one
/// 2  magic     one of two, by what the check covers
/// 4  stream    four bits of the run, twelve of the stream
/// 6  length    bytes of the payload, signature included
/// 8  sequence  32 bits, from zero in each stream
/// 12 time      48 bits: nanoseconds of the sender's monotonic clock
/// </code>
/// </summary>
/// <remarks>
/// The check makes the one's complement sum of the payload zero. So the UDP, TCP or ICMP checksum does not depend on sequence and time,
/// and is not computed for each packet. In frames checked whole, the sum is that of all bytes before the transport header instead: then
/// these are covered, too, though no checksum of a protocol covers them.
/// </remarks>
internal static class TestSignature
{
    internal const int Bytes = 18;

    /// <summary>The check covers the payload: devices under test may change headers.</summary>
    internal const ushort PayloadMagic = 0x506D;

    /// <summary>The check covers the headers, too: for devices that must not change a bit.</summary>
    internal const ushort FrameMagic = 0x5046;

    internal const int MostStreams = 1 << 12;

    internal const ulong TimeMask = (1UL << 48) - 1;

    /// <summary>Sum of what is the same in all packets of a stream and a size.</summary>
    internal static ulong StaticSum(ushort magic, int payloadBytes) => magic + (ulong)payloadBytes;

    internal static ushort Magic(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);

    internal static ushort Identity(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt16BigEndian(payload[4..]);

    internal static int Length(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt16BigEndian(payload[6..]);

    internal static uint Sequence(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadUInt32BigEndian(payload[8..]);

    internal static ulong Time(ReadOnlySpan<byte> payload) =>
        ((ulong)BinaryPrimitives.ReadUInt16BigEndian(payload[12..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(payload[14..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe uint Sequence(byte* payload) => BinaryPrimitives.ReverseEndianness(*(uint*)(payload + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe ulong Time(byte* payload) => BinaryPrimitives.ReverseEndianness(*(ulong*)(payload + 10)) & TimeMask;

    internal static bool IsMagic(ushort magic) => magic is PayloadMagic or FrameMagic;

    /// <summary>Run and stream as one word.</summary>
    /// <param name="run">From 0 to 15.</param>
    /// <param name="stream">The stream's index.</param>
    internal static ushort MakeIdentity(int run, int stream) => (ushort)((run << 12) | stream);
}
