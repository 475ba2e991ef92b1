using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Traffic;

/// <summary>Reads and writes the two, four or eight bytes that a field lies in, in network order, at any address.</summary>
internal static unsafe class FieldContainer
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Read(byte* at, int bytes) => bytes switch
    {
        2 => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(at)),
        4 => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(at)),
        _ => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(at)),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(byte* at, int bytes, ulong value)
    {
        switch (bytes)
        {
            case 2:
                Unsafe.WriteUnaligned(at, BinaryPrimitives.ReverseEndianness((ushort)value));
                break;
            case 4:
                Unsafe.WriteUnaligned(at, BinaryPrimitives.ReverseEndianness((uint)value));
                break;
            default:
                Unsafe.WriteUnaligned(at, BinaryPrimitives.ReverseEndianness(value));
                break;
        }
    }
}
