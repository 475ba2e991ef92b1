using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollMode.Drivers.Traffic;

/// <summary>One's complement arithmetic on sums that are not folded yet (RFC 1071, RFC 1624).</summary>
internal static class Sums
{
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
}
