using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PollMode;

/// <summary>What drivers ask about whole bursts, with one look at each packet. Borrows the packets.</summary>
/// <remarks>
/// Nothing is decided packet by packet: a packet's two words, <see cref="PacketMetadata.Extent"/> and <see cref="PacketMetadata.Ownership"/>, are loaded
/// together, added and compared bit by bit with what is expected, and looked at once behind the last packet. Where the processor has vectors of 512 bits,
/// the words of four packets are joined to one first.
/// </remarks>
public static unsafe class PacketSweep
{
    private const int Round = 4;

    /// <summary>What a packet without a chain is expected to have: one segment.</summary>
    private static Vector128<ulong> OneSegment => Vector128.Create(0, PacketMetadata.MakeOwnership(0, 0, 1));

    /// <summary>The bits that tell the number of segments.</summary>
    private static Vector128<ulong> Segments => Vector128.Create(0, PacketMetadata.MakeOwnership(0, 0, ushort.MaxValue));

    /// <summary>Bytes of all frames, all segments together: what a queue counts.</summary>
    public static long BytesOf(ReadOnlySpan<Packet> packets)
    {
        long bytes = Sweep(packets, OneSegment, out Vector128<ulong> differing);
        return (differing & Segments) == Vector128<ulong>.Zero ? bytes : BytesOfChains(packets);
    }

    /// <summary>Bytes of all frames, all segments together; and whether all packets came in by a port: of no packets, that is so.</summary>
    public static long BytesOf(ReadOnlySpan<Packet> packets, int port, out bool allCameByPort)
    {
        long bytes = Sweep(packets, OneSegment | Vector128.Create(PacketMetadata.MakeExtent(0, port, 0), 0UL), out Vector128<ulong> differing);
        if ((differing & (Segments | Vector128.Create(PacketMetadata.MakeExtent(0, ushort.MaxValue, 0), 0UL))) == Vector128<ulong>.Zero)
        {
            allCameByPort = true;
            return bytes;
        }

        allCameByPort = PacketMetadata.PortIn(differing[0]) == 0;
        return (differing & Segments) == Vector128<ulong>.Zero ? bytes : BytesOfChains(packets);
    }

    /// <summary>Adds the lengths of the first buffers.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="expected">Bits that the two words of each packet are expected to have.</param>
    /// <param name="differing">The bits in which the words of any packet differ from that.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Sweep(ReadOnlySpan<Packet> packets, Vector128<ulong> expected, out Vector128<ulong> differing)
    {
        Vector128<ulong> lengths = Vector128<ulong>.Zero;
        differing = Vector128<ulong>.Zero;
        ref Packet at = ref MemoryMarshal.GetReference(packets);
        int left = packets.Length;
        if (Vector512.IsHardwareAccelerated && left >= Round)
        {
            Vector512<ulong> fourLengths = Vector512<ulong>.Zero;
            Vector512<ulong> fourDiffering = Vector512<ulong>.Zero;
            Vector256<ulong> two = Vector256.Create(expected, expected);
            Vector512<ulong> four = two.ToVector512Unsafe().WithUpper(two);
            do
            {
                Vector512<ulong> words = TwoWordsOf(ref at).ToVector512Unsafe().WithUpper(TwoWordsOf(ref Unsafe.Add(ref at, 2)));
                fourLengths += words >>> PacketMetadata.LengthShift;
                fourDiffering |= words ^ four;
                at = ref Unsafe.Add(ref at, Round);
                left -= Round;
            }
            while (left >= Round);
            two = fourLengths.GetLower() + fourLengths.GetUpper();
            lengths = two.GetLower() + two.GetUpper();
            two = fourDiffering.GetLower() | fourDiffering.GetUpper();
            differing = two.GetLower() | two.GetUpper();
        }

        for (; left > 0; left--)
        {
            Vector128<ulong> words = WordsOf(at);
            lengths += words >>> PacketMetadata.LengthShift;
            differing |= words ^ expected;
            at = ref Unsafe.Add(ref at, 1);
        }

        return (long)lengths[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> WordsOf(Packet packet) => Vector128.Load(&packet.Metadata->Extent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> TwoWordsOf(ref Packet first) => WordsOf(first).ToVector256Unsafe().WithUpper(WordsOf(Unsafe.Add(ref first, 1)));

    private static long BytesOfChains(ReadOnlySpan<Packet> packets)
    {
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bytes += packet.TotalLength;
        }

        return bytes;
    }
}
