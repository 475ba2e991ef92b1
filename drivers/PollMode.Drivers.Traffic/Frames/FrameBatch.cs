using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PollMode.Drivers.Traffic;

/// <summary>
/// What is known of the packets of one burst while they are written, an array for each thing, so that what is done to all of them is a
/// loop over arrays, four at a time where it is arithmetic: where their bytes are, and the sums that their checksums will be made of.
/// </summary>
/// <remarks>Loops in fours go beyond the last packet: there is room, and what is there does not matter.</remarks>
internal sealed unsafe class FrameBatch
{
    /// <summary>Packets of the largest burst: a multiple of four.</summary>
    internal const int MostPackets = 256;

    private const int Arrays = 7;

    // Pinned, and kept alive by the batch.
    private readonly ulong[] _memory = GC.AllocateArray<ulong>(Arrays * MostPackets, pinned: true);

    internal FrameBatch()
    {
        var start = (ulong*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        Frames = (byte**)start;
        IpSums = start + MostPackets;
        TransportSums = start + (2 * MostPackets);
        SignatureSums = start + (3 * MostPackets);
        PayloadBytes = start + (4 * MostPackets);
        Values = start + (5 * MostPackets);
        Changes = start + (6 * MostPackets);
    }

    /// <summary>Packets of this burst.</summary>
    internal int Count { get; set; }

    /// <summary>The first byte of each frame.</summary>
    internal byte** Frames { get; }

    /// <summary>Sums of the IPv4 headers.</summary>
    internal ulong* IpSums { get; }

    /// <summary>Sums that the transport checksums cover.</summary>
    internal ulong* TransportSums { get; }

    /// <summary>Sums that the signatures' checks cover.</summary>
    internal ulong* SignatureSums { get; }

    /// <summary>Bytes of the payloads.</summary>
    internal ulong* PayloadBytes { get; }

    /// <summary>Values of the field that is being written; afterwards free for whoever needs an array.</summary>
    internal ulong* Values { get; }

    /// <summary>What that does to a sum; likewise.</summary>
    internal ulong* Changes { get; }

    /// <summary>Sets what is the same for all packets.</summary>
    internal void Fill(ulong* array, ulong value) => new Span<ulong>(array, Count).Fill(value);

    /// <summary>Adds <see cref="Changes"/> to sums.</summary>
    internal void AddChangesTo(ulong* sums)
    {
        ulong* changes = Changes;
        for (int i = 0; i < Count; i += Vector256<ulong>.Count)
        {
            Vector256.Store(Vector256.Load(sums + i) + Vector256.Load(changes + i), sums + i);
        }
    }

    /// <summary>Takes <see cref="Changes"/> off sums: adds the multiple of 2^16 - 1, which is zero, that keeps the difference above zero.</summary>
    internal void TakeChangesFrom(ulong* sums)
    {
        ulong* changes = Changes;
        Vector256<ulong> zero = Vector256.Create(0xFFFFUL << 32);
        for (int i = 0; i < Count; i += Vector256<ulong>.Count)
        {
            Vector256.Store(Vector256.Load(sums + i) + zero - Vector256.Load(changes + i), sums + i);
        }
    }

    /// <summary>Makes checksums of sums, and writes them.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="offset">Where in each frame.</param>
    /// <param name="zero">What to write instead of zero: UDP's zero would say that there is no checksum.</param>
    internal void WriteChecksums(ulong* sums, int offset, ushort zero)
    {
        byte** frames = Frames;
        int count = Count;
        Vector256<ulong> words = Vector256.Create(0xFFFFUL);
        for (int i = 0; i < count; i += Vector256<ulong>.Count)
        {
            Vector256<ulong> checksum = Sums.Fold(Vector256.Load(sums + i)) ^ words;
            checksum = Vector256.ConditionalSelect(Vector256.Equals(checksum, Vector256<ulong>.Zero), Vector256.Create((ulong)zero), checksum);
            Vector256.Store(((checksum << 8) | (checksum >> 8)) & words, sums + i);
        }

        for (int i = 0; i < count; i++)
        {
            *(ushort*)(frames[i] + offset) = (ushort)sums[i];
        }
    }
}
