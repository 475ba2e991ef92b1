using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PollMode.Wire;

namespace PollMode.Drivers.Traffic;

/// <summary>One's complement arithmetic on sums that are not folded yet (RFC 1071, RFC 1624).</summary>
internal static unsafe class Sums
{
    /// <summary>Bytes beyond which vectors pay.</summary>
    private const int FewBytes = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ushort Fold(ulong sum)
    {
        sum = (uint)sum + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)((sum & 0xFFFF) + (sum >> 16));
    }

    /// <summary>Four sums at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Fold(Vector256<ulong> sums)
    {
        Vector256<ulong> word = Vector256.Create(0xFFFFUL);
        sums = (sums & Vector256.Create(0xFFFF_FFFFUL)) + (sums >> 32);
        sums = (sums & word) + (sums >> 16);
        sums = (sums & word) + (sums >> 16);
        return (sums & word) + (sums >> 16);
    }

    /// <summary>What a container of a field adds to a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(ulong container) => (container >> 32) + (uint)container;

    /// <summary>
    /// The sum of bytes as the machine reads them, not folded: swapped bytes make a swapped sum (RFC 1071, section 2), and whether a sum
    /// is zero does not depend on that. Of an odd number of bytes the last counts as if a zero followed it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Raw(byte* at, int bytes)
    {
        if (bytes > FewBytes)
        {
            return Swapped(InternetChecksum.Sum(new ReadOnlySpan<byte>(at, bytes)));
        }

        ulong sum = 0;
        for (; bytes >= sizeof(ulong); bytes -= sizeof(ulong), at += sizeof(ulong))
        {
            sum += Of(*(ulong*)at);
        }

        if ((bytes & 4) != 0)
        {
            sum += *(uint*)at;
            at += 4;
        }

        if ((bytes & 2) != 0)
        {
            sum += *(ushort*)at;
            at += 2;
        }

        return (bytes & 1) != 0 ? sum + *at : sum;
    }

    /// <summary>A number below 2^16 as <see cref="Raw"/> sums it up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Swapped(uint number) => BinaryPrimitives.ReverseEndianness((ushort)number);

    /// <summary>Whether a sum is zero: in one's complement zero and 0xFFFF are the same number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsZero(ulong sum) => Fold(sum) is 0 or 0xFFFF;
}
