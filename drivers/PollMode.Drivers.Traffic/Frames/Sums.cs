using System.Runtime.CompilerServices;

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

    /// <summary>What a container of a field adds to a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Of(ulong container) => (container >> 32) + (uint)container;

    /// <summary>What taking a container away adds to a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Without(ulong container, int bytes) => bytes switch
    {
        2 => (ushort)~container,
        4 => (uint)~container,
        _ => Of(~container),
    };
}
