using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace PollMode.Wire;

/// <summary>Numbers in network order at an offset of a span: what every view's field table is read and written through.</summary>
internal static class BigEndian
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ushort Read16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Read32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static UInt128 Read128(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt128BigEndian(bytes[offset..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write16(Span<byte> bytes, int offset, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(bytes[offset..], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write32(Span<byte> bytes, int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(bytes[offset..], value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write128(Span<byte> bytes, int offset, UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(bytes[offset..], value);
}
