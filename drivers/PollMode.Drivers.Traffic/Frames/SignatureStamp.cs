using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollMode.Drivers.Traffic;

/// <summary>Signatures of one stream that are written at one moment: what they have in common is reckoned once for the burst.</summary>
internal readonly unsafe ref struct SignatureStamp
{
    private readonly ulong _head;
    private readonly ulong _sum;
    private readonly uint _timeUpper;
    private readonly ushort _timeLower;

    /// <summary>Makes a stamp.</summary>
    /// <param name="magic">Which.</param>
    /// <param name="identity">Run and stream.</param>
    /// <param name="time">When the packets leave; its lower 48 bits count.</param>
    internal SignatureStamp(ushort magic, ushort identity, ulong time)
    {
        time &= TestSignature.TimeMask;
        _head = ((ulong)magic << 32) | ((ulong)identity << 16);
        _sum = Sums.Fold(identity + time);
        _timeUpper = (uint)(time >> 16);
        _timeLower = BinaryPrimitives.ReverseEndianness((ushort)time);
    }

    /// <summary>Writes the signatures of a burst.</summary>
    /// <param name="batch">The packets, with what their checks cover besides.</param>
    /// <param name="payload">Where the payloads begin.</param>
    /// <param name="sequence">The first packet's number in its stream.</param>
    internal void Write(FrameBatch batch, int payload, uint sequence)
    {
        // Both words of all signatures first, in arrays that nobody needs any more.
        ulong* first = batch.Values;
        ulong* second = batch.Changes;
        int count = batch.Count;
        Compute(batch, sequence, first, second);
        byte** frames = batch.Frames;
        ushort timeLower = _timeLower;
        for (int i = 0; i < count; i++)
        {
            byte* at = frames[i] + payload;
            *(ulong*)at = first[i];
            *(ulong*)(at + 8) = second[i];
            *(ushort*)(at + 16) = timeLower;
        }
    }

    private void Compute(FrameBatch batch, uint sequence, ulong* first, ulong* second)
    {
        ulong* sums = batch.SignatureSums;
        ulong* lengths = batch.PayloadBytes;
        Vector256<ulong> head = Vector256.Create(_head);
        Vector256<ulong> sum = Vector256.Create(_sum);
        Vector256<ulong> timeUpper = Vector256.Create((ulong)_timeUpper);
        Vector256<ulong> number = Vector256.Create((ulong)sequence) + Vector256.Create(0UL, 1, 2, 3);
        Vector256<ulong> step = Vector256.Create((ulong)Vector256<ulong>.Count);
        for (int i = 0; i < batch.Count; i += Vector256<ulong>.Count)
        {
            // 2^16 is one modulo 2^16 - 1, so numbers of any width are added as they are.
            Vector256<ulong> low = number & Vector256.Create(0xFFFF_FFFFUL);
            Vector256<ulong> check = Sums.Fold(Vector256.Load(sums + i) + sum + low) ^ Vector256.Create(0xFFFFUL);
            Vector256.Store(Swap((check << 48) | head | Vector256.Load(lengths + i)), first + i);
            Vector256.Store(Swap((low << 32) | timeUpper), second + i);
            number += step;
        }
    }

    /// <summary>Network order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Swap(Vector256<ulong> words) => Vector256.Shuffle(
        words.AsByte(),
        Vector256.Create((byte)7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 23, 22, 21, 20, 19, 18, 17, 16, 31, 30, 29, 28, 27, 26, 25, 24)).AsUInt64();
}
