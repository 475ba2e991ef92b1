using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollMode;

/// <summary>Copies of short runs of packet handles: a burst of one would pay more for the call of a general copy than for the copy.</summary>
internal static class PacketHandles
{
    /// <summary>Copies handles between places that do not overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Copy(ref readonly Packet from, ref Packet to, int count)
    {
        ref ulong source = ref Unsafe.As<Packet, ulong>(ref Unsafe.AsRef(in from));
        ref ulong destination = ref Unsafe.As<Packet, ulong>(ref to);
        if (count >= 8)
        {
            for (; count >= 32; count -= 32)
            {
                Vector512<ulong> first = Vector512.LoadUnsafe(ref source);
                Vector512<ulong> second = Vector512.LoadUnsafe(ref source, 8);
                Vector512<ulong> third = Vector512.LoadUnsafe(ref source, 16);
                Vector512<ulong> fourth = Vector512.LoadUnsafe(ref source, 24);
                first.StoreUnsafe(ref destination);
                second.StoreUnsafe(ref destination, 8);
                third.StoreUnsafe(ref destination, 16);
                fourth.StoreUnsafe(ref destination, 24);
                source = ref Unsafe.Add(ref source, 32);
                destination = ref Unsafe.Add(ref destination, 32);
            }

            for (; count >= 8; count -= 8)
            {
                Vector512.LoadUnsafe(ref source).StoreUnsafe(ref destination);
                source = ref Unsafe.Add(ref source, 8);
                destination = ref Unsafe.Add(ref destination, 8);
            }
        }

        // What is left, without a loop whose end the processor has to guess.
        if ((count & 4) != 0)
        {
            Vector256.LoadUnsafe(ref source).StoreUnsafe(ref destination);
            source = ref Unsafe.Add(ref source, 4);
            destination = ref Unsafe.Add(ref destination, 4);
        }

        if ((count & 2) != 0)
        {
            Vector128.LoadUnsafe(ref source).StoreUnsafe(ref destination);
            source = ref Unsafe.Add(ref source, 2);
            destination = ref Unsafe.Add(ref destination, 2);
        }

        if ((count & 1) != 0)
        {
            destination = source;
        }
    }
}
