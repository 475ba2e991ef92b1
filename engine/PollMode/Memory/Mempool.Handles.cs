using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollMode;

/// <content>Handles between a burst and the cache: what a rent and a return are when all goes well.</content>
public sealed unsafe partial class Mempool
{
    /// <summary>Of the pool's buffers, those that have several holders and those that start a chain; never fewer than there are.</summary>
    internal long Unusual => Volatile.Read(ref _hot.Unusual);

    /// <summary>
    /// Notes that a buffer of the pool got a second holder or became the head of a chain, or ended to be that: the owner's return of a burst
    /// looks at packets only while there are such.
    /// </summary>
    /// <remarks>
    /// The count is never less than what it counts. It is raised by the buffer's only holder, before anybody else can hold it or return it:
    /// what hands a packet to another thread carries the count along. It is lowered after the last but one has let go, with a full fence, and
    /// the owner reads it with acquire: where it reads zero, what the others did to the buffer happened before.
    /// </remarks>
    internal void NoteUnusual(int change) => Interlocked.Add(ref _hot.Unusual, change);

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

    /// <summary>Copies handles to the cache and looks whether each is of one slab: two subtractions for eight of them, and no look at a packet.</summary>
    /// <returns>False if one is not; then what was copied means nothing.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRecycle(ref Packet from, Packet* to, int count, long first, long last)
    {
        // Negative, once for all, where a handle lies before the first or behind the last.
        Vector512<long> outside = Vector512<long>.Zero;
        for (; count >= 8; count -= 8)
        {
            Vector512<long> handles = Vector512.LoadUnsafe(ref Unsafe.As<Packet, long>(ref from));
            handles.Store((long*)to);
            outside |= (handles - Vector512.Create(first)) | (Vector512.Create(last) - handles);
            from = ref Unsafe.Add(ref from, 8);
            to += 8;
        }

        long rest = 0;
        for (; count > 0; count--)
        {
            *to++ = from;
            rest |= ((long)from.Metadata - first) | (last - (long)from.Metadata);
            from = ref Unsafe.Add(ref from, 1);
        }

        return rest >= 0 && Vector512.ExtractMostSignificantBits(outside) == 0;
    }

    /// <summary>Returns a burst while some of the pool's packets are shared or have chains: looks at each one's word of ownership.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnAmongUnusual(ReadOnlySpan<Packet> packets)
    {
        if (_hot.Cached + packets.Length > _hot.RecycleLimit)
        {
            ReturnSlow(packets);
            return;
        }

        // What all have in common, and what any has.
        ulong all = _hot.Simple;
        ulong any = _hot.Simple;
        Packet* to = _hot.Cache + _hot.Cached;
        foreach (Packet packet in packets)
        {
            *to++ = packet;
            ulong ownership = packet.Metadata->Ownership;
            all &= ownership;
            any |= ownership;
        }

        if (all == any)
        {
            _hot.Pushed += packets.Length;
        }
        else
        {
            ReturnSlow(packets);
        }
    }

    /// <summary>The cache was filled from a slab: what is of that one may be recycled.</summary>
    private void RentFrom(Slab slab)
    {
        _hot.Simple = PacketMetadata.SimpleOwnership(slab.Id);
        _hot.FirstHandle = (long)slab.Metadata;
        _hot.LastHandle = (long)(slab.Metadata + Arena.BuffersPerSlab - 1);
    }
}
