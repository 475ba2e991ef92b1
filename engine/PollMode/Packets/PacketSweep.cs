using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PollMode;

/// <summary>What drivers ask about whole bursts, with one look at each packet. Borrows the packets.</summary>
/// <remarks>
/// Nothing is decided packet by packet: a packet's two words are loaded as one vector, added and joined bit by bit, and looked at once behind the last
/// packet. Four packets in a round, so that the processor foresees the last round of a usual burst.
/// </remarks>
public static unsafe class PacketSweep
{
    private const int Round = 4;

    /// <summary>Bytes of all frames, all segments together: what a queue counts.</summary>
    public static long BytesOf(ReadOnlySpan<Packet> packets)
    {
        long bytes = Sweep(packets, Vector128<ulong>.Zero, out Vector128<ulong> any);
        return PacketMetadata.SegmentsIn(any[1]) == 1 ? bytes : BytesOfChains(packets);
    }

    /// <summary>Bytes of all frames, all segments together; and whether all packets came in by a port: of no packets, that is so.</summary>
    public static long BytesOf(ReadOnlySpan<Packet> packets, int port, out bool allCameByPort)
    {
        long bytes = Sweep(packets, Vector128.Create(PacketMetadata.MakeExtent(0, port, 0), 0UL), out Vector128<ulong> any);

        // A bit of another port is left over where a packet differs from this one.
        allCameByPort = PacketMetadata.PortIn(any[0]) == 0;
        return PacketMetadata.SegmentsIn(any[1]) == 1 ? bytes : BytesOfChains(packets);
    }

    /// <summary>Adds the lengths of the first buffers.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="expected">Bits that the words of each packet, <see cref="PacketMetadata.Extent"/> and <see cref="PacketMetadata.Ownership"/>, are expected to have.</param>
    /// <param name="any">The bits in which the words of any packet differ from that.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Sweep(ReadOnlySpan<Packet> packets, Vector128<ulong> expected, out Vector128<ulong> any)
    {
        Vector128<ulong> lengths = Vector128<ulong>.Zero;
        Vector128<ulong> differing = Vector128<ulong>.Zero;
        ref Packet at = ref MemoryMarshal.GetReference(packets);
        int left = packets.Length;
        for (; left >= Round; left -= Round)
        {
            Vector128<ulong> first = WordsOf(at);
            Vector128<ulong> second = WordsOf(Unsafe.Add(ref at, 1));
            Vector128<ulong> third = WordsOf(Unsafe.Add(ref at, 2));
            Vector128<ulong> fourth = WordsOf(Unsafe.Add(ref at, 3));
            lengths += (first >>> PacketMetadata.LengthShift) + (second >>> PacketMetadata.LengthShift);
            lengths += (third >>> PacketMetadata.LengthShift) + (fourth >>> PacketMetadata.LengthShift);
            differing |= (first ^ expected) | (second ^ expected);
            differing |= (third ^ expected) | (fourth ^ expected);
            at = ref Unsafe.Add(ref at, Round);
        }

        for (; left > 0; left--)
        {
            Vector128<ulong> words = WordsOf(at);
            lengths += words >>> PacketMetadata.LengthShift;
            differing |= words ^ expected;
            at = ref Unsafe.Add(ref at, 1);
        }

        any = differing;
        return (long)lengths[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> WordsOf(Packet packet) => Vector128.Load(&packet.Metadata->Extent);

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
