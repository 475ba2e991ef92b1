using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode.Wire;

/// <summary>
/// The checksum of IPv4, ICMP, UDP and TCP: the complement of the one's complement sum of all 16-bit words (RFC 1071), whole or
/// updated for a change of a few words (RFC 1624).
/// </summary>
/// <remarks>
/// A <em>sum</em> here is the plain one's complement sum, folded to 16 bits; sums of parts may be added up in any order. A <em>checksum</em>
/// is its complement, as a number in the machine's order, to be stored in network order.
/// </remarks>
public static class InternetChecksum
{
    /// <summary>The checksum of bytes among which the checksum field is zero.</summary>
    public static ushort Compute(ReadOnlySpan<byte> bytes) => Finish(Sum(bytes));

    /// <summary>Whether bytes that hold their own checksum are unharmed.</summary>
    /// <param name="bytes">The bytes, their checksum field included.</param>
    /// <param name="sum">The sum of what is not among the bytes, such as a pseudo-header.</param>
    public static bool IsValid(ReadOnlySpan<byte> bytes, uint sum = 0) => Sum(bytes, sum) == 0xFFFF;

    /// <summary>Adds up bytes. An odd last byte counts as if a zero followed it, so only the last part of a whole may be of odd length.</summary>
    /// <param name="bytes">The bytes; they may lie at any address.</param>
    /// <param name="sum">The sum so far.</param>
    /// <returns>The sum, folded to 16 bits.</returns>
    public static uint Sum(ReadOnlySpan<byte> bytes, uint sum = 0)
    {
        // A one's complement sum does not depend on byte order but for a final swap (RFC 1071, section 2), so words are added as the
        // machine reads them, 32 bits at a time, in accumulators of 64 bits that cannot overflow before 16 GiB.
        ulong total = 0;
        if (Vector.IsHardwareAccelerated && bytes.Length >= 2 * Vector<byte>.Count)
        {
            ReadOnlySpan<Vector<uint>> vectors = MemoryMarshal.Cast<byte, Vector<uint>>(bytes);
            Vector<ulong> low = Vector<ulong>.Zero;
            Vector<ulong> high = Vector<ulong>.Zero;
            foreach (Vector<uint> vector in vectors)
            {
                Vector.Widen(vector, out Vector<ulong> lower, out Vector<ulong> upper);
                low += lower;
                high += upper;
            }

            total = Vector.Sum(low + high);
            bytes = bytes[(vectors.Length * Vector<byte>.Count)..];
        }

        while (bytes.Length >= sizeof(ulong))
        {
            ulong word = MemoryMarshal.Read<ulong>(bytes);
            total += (uint)word + (word >> 32);
            bytes = bytes[sizeof(ulong)..];
        }

        if ((bytes.Length & 4) != 0)
        {
            total += MemoryMarshal.Read<uint>(bytes);
            bytes = bytes[4..];
        }

        if ((bytes.Length & 2) != 0)
        {
            total += MemoryMarshal.Read<ushort>(bytes);
            bytes = bytes[2..];
        }

        if (bytes.Length != 0)
        {
            total += BitConverter.IsLittleEndian ? bytes[0] : (uint)bytes[0] << 8;
        }

        uint folded = Fold(total);
        return Fold((ulong)sum + (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((ushort)folded) : folded));
    }

    /// <summary>The sum of an IPv4 pseudo-header (RFC 9293, section 3.1; RFC 768).</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address: the last one, if the packet is source-routed.</param>
    /// <param name="protocol">The transport protocol.</param>
    /// <param name="length">Bytes of the transport header and its payload.</param>
    public static uint PseudoHeader(Ipv4Address source, Ipv4Address destination, IpProtocol protocol, int length) =>
        Fold((ulong)source.Value + destination.Value + (uint)protocol + (uint)length);

    /// <summary>The sum of an IPv6 pseudo-header (RFC 8200, section 8.1).</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address: the last one, if the packet has a routing header.</param>
    /// <param name="protocol">The transport protocol, not the first extension header.</param>
    /// <param name="length">Bytes of the transport header and its payload.</param>
    public static uint PseudoHeader(Ipv6Address source, Ipv6Address destination, IpProtocol protocol, int length) =>
        Fold(Words(source.Value) + Words(destination.Value) + (uint)protocol + (uint)length);

    /// <summary>Makes a checksum of a sum.</summary>
    public static ushort Finish(uint sum) => (ushort)~Fold(sum);

    /// <summary>Makes a UDP checksum of a sum: zero would say "none" and is stored as 0xFFFF, which is the same number (RFC 768).</summary>
    public static ushort FinishUdp(uint sum) => ZeroIsOnes(Finish(sum));

    /// <summary>The checksum after a 16-bit word at an even offset changed (RFC 1624, equation 3).</summary>
    /// <remarks>
    /// Equal to computing it anew for any data but all zeros, which has the checksum 0xFFFF where an update gives 0x0000: the one case that
    /// the old checksum and the words do not tell apart. No IP, TCP or UDP header is all zeros; an ICMP echo reply with identifier, sequence
    /// and payload of zeros is, and must be computed anew.
    /// </remarks>
    /// <param name="checksum">The checksum before.</param>
    /// <param name="before">The word before.</param>
    /// <param name="after">The word after.</param>
    public static ushort Update(ushort checksum, ushort before, ushort after) =>
        (ushort)~Fold((uint)(ushort)~checksum + (ushort)~before + after);

    /// <summary>The checksum after a 32-bit word at an even offset changed, such as an IPv4 address or a sequence number.</summary>
    /// <remarks>See <see cref="Update(ushort, ushort, ushort)"/>.</remarks>
    public static ushort Update(ushort checksum, uint before, uint after) =>
        (ushort)~Fold((ulong)(ushort)~checksum + ~before + after);

    /// <summary>The checksum after sixteen bytes at an even offset changed, such as an IPv6 address.</summary>
    /// <remarks>See <see cref="Update(ushort, ushort, ushort)"/>.</remarks>
    public static ushort Update(ushort checksum, UInt128 before, UInt128 after) =>
        (ushort)~Fold((ushort)~checksum + Words(~before) + Words(after));

    /// <summary>As <see cref="Update(ushort, ushort, ushort)"/> for UDP: a zero, meaning none, stays; a result of zero is stored as 0xFFFF.</summary>
    public static ushort UpdateUdp(ushort checksum, ushort before, ushort after) =>
        checksum == 0 ? (ushort)0 : ZeroIsOnes(Update(checksum, before, after));

    /// <inheritdoc cref="UpdateUdp(ushort, ushort, ushort)"/>
    public static ushort UpdateUdp(ushort checksum, uint before, uint after) =>
        checksum == 0 ? (ushort)0 : ZeroIsOnes(Update(checksum, before, after));

    /// <inheritdoc cref="UpdateUdp(ushort, ushort, ushort)"/>
    public static ushort UpdateUdp(ushort checksum, UInt128 before, UInt128 after) =>
        checksum == 0 ? (ushort)0 : ZeroIsOnes(Update(checksum, before, after));

    private static ushort ZeroIsOnes(ushort checksum) => checksum == 0 ? (ushort)0xFFFF : checksum;

    private static ulong Words(UInt128 value)
    {
        ulong upper = (ulong)(value >> 64);
        ulong lower = (ulong)value;
        return (upper >> 32) + (uint)upper + (lower >> 32) + (uint)lower;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Fold(ulong sum)
    {
        // 64 -> 33 -> 18 -> 17 -> 16 bits: each step adds the carries back in.
        sum = (uint)sum + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (uint)((sum & 0xFFFF) + (sum >> 16));
    }
}
