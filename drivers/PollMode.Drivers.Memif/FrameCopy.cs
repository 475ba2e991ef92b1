using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollMode.Drivers.Memif;

/// <summary>Copies a frame. Short ones, which are most, without a call; never a byte beyond the end, which may be somebody else's.</summary>
internal static unsafe class FrameCopy
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Copy(byte* from, byte* to, uint length)
    {
        const int Half = 32;
        if (length - Half <= Half)
        {
            // From 32 to 64 bytes: the first 32 and the last 32, which may overlap.
            Vector256<byte> head = Vector256.Load(from);
            Vector256<byte> tail = Vector256.Load(from + length - Half);
            head.Store(to);
            tail.Store(to + length - Half);
        }
        else
        {
            Buffer.MemoryCopy(from, to, length, length);
        }
    }
}
