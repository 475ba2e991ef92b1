using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollMode;

/// <content>Handles between a burst and the cache: what a rent and a return are when all goes well.</content>
public sealed unsafe partial class Mempool
{
    // Apart, so that the handle stays in a register where the fast way is inlined.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnOne(Packet packet) => Return(new ReadOnlySpan<Packet>(in packet));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool RentOne(out Packet packet)
    {
        Unsafe.SkipInit(out packet);
        return Rent(new Span<Packet>(ref packet)) == 1;
    }

    private int RentForLedger(Span<Packet> packets)
    {
        Ledger.Owning(this, _ownerThread, nameof(Rent));
        int given = RentSlow(packets);
        Ledger.Rented(packets[..given]);
        return given;
    }

    /// <summary>Copies handles. In place: a call of memmove costs as much as the copy of a burst.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(Packet* from, ref Packet to, int count)
    {
        for (; count >= 8; count -= 8)
        {
            Vector512.Load((ulong*)from).StoreUnsafe(ref Unsafe.As<Packet, ulong>(ref to));
            from += 8;
            to = ref Unsafe.Add(ref to, 8);
        }

        if (count >= 4)
        {
            Vector256.Load((ulong*)from).StoreUnsafe(ref Unsafe.As<Packet, ulong>(ref to));
            from += 4;
            to = ref Unsafe.Add(ref to, 4);
            count -= 4;
        }

        for (; count > 0; count--)
        {
            to = *from++;
            to = ref Unsafe.Add(ref to, 1);
        }
    }

    /// <summary>Copies handles to the cache and looks whether each packet is free now and the pool's: one comparison, whatever the number.</summary>
    /// <returns>False if one is not; then what was copied means nothing.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRecycle(ref Packet from, Packet* to, int count, ulong simple)
    {
        // What all have in common, and what any has.
        ulong all = simple;
        ulong any = simple;
        for (; count >= 8; count -= 8)
        {
            Vector512.LoadUnsafe(ref Unsafe.As<Packet, ulong>(ref from)).Store((ulong*)to);
            Gather(from, ref all, ref any);
            Gather(Unsafe.Add(ref from, 1), ref all, ref any);
            Gather(Unsafe.Add(ref from, 2), ref all, ref any);
            Gather(Unsafe.Add(ref from, 3), ref all, ref any);
            Gather(Unsafe.Add(ref from, 4), ref all, ref any);
            Gather(Unsafe.Add(ref from, 5), ref all, ref any);
            Gather(Unsafe.Add(ref from, 6), ref all, ref any);
            Gather(Unsafe.Add(ref from, 7), ref all, ref any);
            from = ref Unsafe.Add(ref from, 8);
            to += 8;
        }

        if (count >= 4)
        {
            Vector256.LoadUnsafe(ref Unsafe.As<Packet, ulong>(ref from)).Store((ulong*)to);
            Gather(from, ref all, ref any);
            Gather(Unsafe.Add(ref from, 1), ref all, ref any);
            Gather(Unsafe.Add(ref from, 2), ref all, ref any);
            Gather(Unsafe.Add(ref from, 3), ref all, ref any);
            from = ref Unsafe.Add(ref from, 4);
            to += 4;
            count -= 4;
        }

        for (; count > 0; count--)
        {
            *to++ = from;
            Gather(from, ref all, ref any);
            from = ref Unsafe.Add(ref from, 1);
        }

        return all == any;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(Packet packet, ref ulong all, ref ulong any)
    {
        ulong ownership = packet.Metadata->Ownership;
        all &= ownership;
        any |= ownership;
    }
}
