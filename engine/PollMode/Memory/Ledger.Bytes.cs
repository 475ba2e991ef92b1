using System.Globalization;

namespace PollMode;

/// <content>
/// Canaries. A free buffer is filled with one byte from end to end, and in a packet the filling stays around the frame: whatever changes it
/// wrote where it had no business. While a queue has a packet all of its buffer is the device's; it is filled anew around what was received.
/// </content>
internal static unsafe partial class Ledger
{
    private const byte Fill = 0xDB;

    /// <summary>How much of a neighbour is looked at: an overrun starts at the border.</summary>
    private const int BorderBytes = 64;

    private static Slab SlabOf(Packet packet) => SlabTable.Get(packet.Metadata->SlabId);

    /// <summary>The buffer comes home: filled, and its frame as it was when it was cut.</summary>
    private static void Blank(Packet packet)
    {
        Arena arena = SlabOf(packet).Arena;
        new Span<byte>(packet.Metadata->Buffer, arena.BufferBytes).Fill(Fill);
        packet.Metadata->Extent = PacketMetadata.MakeExtent(arena.HeadroomBytes, 0, 0);
    }

    /// <summary>Fills what lies around a received frame: the device may have used it.</summary>
    private static void Surround(Packet packet)
    {
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            if (!Accounts.TryGetValue((nint)segment.Metadata, out LedgerAccount? account))
            {
                continue;
            }

            var buffer = new Span<byte>(segment.Metadata->Buffer, SlabOf(segment).Arena.BufferBytes);
            account.WithQueues = segment == packet ? account.WithQueues : 0;
            account.Unclaim();
            if (packet.ReferenceCount != 1)
            {
                // Another holder's device may be at it still.
                account.Claim(0, buffer.Length);
                continue;
            }

            int start = segment.Metadata->DataOffset;
            buffer[..start].Fill(Fill);
            buffer[(start + segment.Metadata->Length)..].Fill(Fill);
        }
    }

    /// <summary>A queue had the packet: it may have written anywhere in its buffers.</summary>
    private static void ClaimAll(Packet packet)
    {
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            if (Accounts.TryGetValue((nint)segment.Metadata, out LedgerAccount? account))
            {
                account.Claim(0, SlabOf(segment).Arena.BufferBytes);
            }
        }
    }

    /// <summary>A buffer that was free must hold nothing but the filling.</summary>
    private static void CheckFree(Packet packet, LedgerAccount? account, string found)
    {
        var buffer = new ReadOnlySpan<byte>(packet.Metadata->Buffer, SlabOf(packet).Arena.BufferBytes);
        int first = buffer.IndexOfAnyExcept(Fill);
        if (first >= 0)
        {
            int last = buffer.LastIndexOfAnyExcept(Fill);
            Fail(packet, account, string.Create(CultureInfo.InvariantCulture, $"written to (bytes {first} to {last} of the buffer) while it was free, found {found}"), Neighbours(packet, first == 0, last == buffer.Length - 1));
        }
    }

    /// <summary>Around the frame of each segment the filling must be whole, and in its neighbours as far as they are free.</summary>
    private static void CheckBytes(Packet packet)
    {
        if (packet.IsNone || !Accounts.TryGetValue((nint)packet.Metadata, out LedgerAccount? head) || head.WithQueues > 0)
        {
            return;
        }

        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            if (Accounts.TryGetValue((nint)segment.Metadata, out LedgerAccount? account))
            {
                CheckAround(segment, account);
                CheckNeighbours(segment, account);
            }
        }
    }

    private static void CheckAround(Packet segment, LedgerAccount account)
    {
        PacketMetadata* metadata = segment.Metadata;
        var buffer = new ReadOnlySpan<byte>(metadata->Buffer, SlabOf(segment).Arena.BufferBytes);
        int start = metadata->DataOffset;
        int end = start + metadata->Length;
        ReadOnlySpan<byte> before = buffer[..Math.Min(start, account.ClaimedFrom)];
        int first = before.IndexOfAnyExcept(Fill);
        if (first >= 0)
        {
            Fail(segment, account, string.Create(CultureInfo.InvariantCulture, $"written to in front of its frame (from byte {first} of the buffer on; the frame starts at {start})"), Neighbours(segment, first == 0, false));
        }

        ReadOnlySpan<byte> behind = buffer[Math.Max(end, account.ClaimedTo)..];
        int last = behind.LastIndexOfAnyExcept(Fill);
        if (last >= 0)
        {
            Fail(segment, account, string.Create(CultureInfo.InvariantCulture, $"written to behind its frame (up to byte {buffer.Length - behind.Length + last} of the buffer; the frame ends at {end})"), Neighbours(segment, false, last == behind.Length - 1));
        }
    }

    private static void CheckNeighbours(Packet segment, LedgerAccount account)
    {
        Slab slab = SlabOf(segment);
        int index = (int)(segment.Metadata - slab.Metadata);
        int bytes = slab.Arena.BufferBytes;
        if (index > 0 && !IsOut(slab.Metadata + index - 1) && new ReadOnlySpan<byte>(segment.Metadata->Buffer - BorderBytes, BorderBytes).ContainsAnyExcept(Fill))
        {
            Fail(segment, account, "overrun in front: the free buffer before it is no longer as it was", Neighbours(segment, true, false));
        }

        // Behind a slab's last buffer there may be a rest that belongs to none.
        byte* end = segment.Metadata->Buffer + bytes;
        int room = (int)Math.Min(BorderBytes, slab.Address + Arena.SlabBytes - end);
        bool isLast = index == slab.Arena.BuffersPerSlab - 1;
        if (room > 0 && (isLast || !IsOut(slab.Metadata + index + 1)) && new ReadOnlySpan<byte>(end, room).ContainsAnyExcept(Fill))
        {
            Fail(segment, account, "overrun at its end: what is behind its buffer is no longer as it was", Neighbours(segment, false, true));
        }
    }

    private static bool IsOut(PacketMetadata* metadata) => Accounts.TryGetValue((nint)metadata, out LedgerAccount? account) && account.IsOut;

    /// <summary>Who else may have written there.</summary>
    private static string Neighbours(Packet packet, bool before, bool behind)
    {
        Slab slab = SlabOf(packet);
        int index = (int)(packet.Metadata - slab.Metadata);
        string text = string.Empty;
        if (before && index > 0)
        {
            text = $" The buffer before it: {HistoryOf(new Packet(packet.Metadata - 1))}.";
        }

        if (behind && index < slab.Arena.BuffersPerSlab - 1)
        {
            text += $" The buffer behind it: {HistoryOf(new Packet(packet.Metadata + 1))}.";
        }

        return text;
    }
}
