using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// A bounded ring of packets from one worker to whoever reads a tap, whose oldest packets either side may take: the reader to read them,
/// the worker to make room (drop oldest).
/// </summary>
/// <remarks>
/// Ordering. The producer stores packets, then head (release); a taker loads head (acquire), then packets. Takers compete for the tail:
/// each copies the packets first and then moves the tail by compare-and-swap (full fence). Only the producer overwrites slots, and only
/// those behind the tail, so a taker whose packets were overwritten while it copied has lost the tail to the producer, fails the swap and
/// forgets its copies. The counters are 64 bits wide and only grow, so a tail that looks the same is the same.
/// </remarks>
internal sealed class TapRing
{
    private readonly Packet[] _slots;
    private readonly long _mask;
    private Indices _indices;

    internal TapRing(int capacity)
    {
        _slots = new Packet[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _slots.Length - 1;
    }

    /// <summary>Packets that the worker wanted to hand over, and those of them that were dropped. Written by the worker.</summary>
    internal ref long Offered => ref _indices.Offered;

    internal ref long Dropped => ref _indices.Dropped;

    /// <summary>The worker has put its last packet. Set after that packet is in, so a reader that sees it sees the packet too.</summary>
    internal bool HasEnded
    {
        get => Volatile.Read(ref _indices.Ended) != 0;
        set => Volatile.Write(ref _indices.Ended, value ? 1 : 0);
    }

    /// <summary>Packets in it. The tail first, so that a third thread never reads less than none; it may read more than there is room for, if packets move meanwhile.</summary>
    internal int Count
    {
        get
        {
            long tail = Volatile.Read(ref _indices.Tail);
            return (int)Math.Min(Volatile.Read(ref _indices.Head) - tail, _slots.Length);
        }
    }

    /// <summary>Slots free. To the producer a lower bound: takers only make it more.</summary>
    internal int Room => _slots.Length - Count;

    internal int Capacity => _slots.Length;

    /// <summary>Stores a packet that nobody sees before <see cref="Publish"/>. Producer only, within <see cref="Room"/>.</summary>
    /// <param name="index">How many were put since the last publication.</param>
    /// <param name="packet">The packet.</param>
    internal void Put(int index, Packet packet) => _slots[(_indices.Head + index) & _mask] = packet;

    /// <summary>Shows what was put.</summary>
    internal void Publish(int count) => Volatile.Write(ref _indices.Head, _indices.Head + count);

    /// <summary>Gives the oldest packets. From any thread.</summary>
    /// <returns>How many, from the front of the span.</returns>
    internal int Take(Span<Packet> packets)
    {
        while (true)
        {
            long tail = Volatile.Read(ref _indices.Tail);
            int count = (int)Math.Min(packets.Length, Volatile.Read(ref _indices.Head) - tail);
            if (count <= 0)
            {
                return 0;
            }

            for (int i = 0; i < count; i++)
            {
                packets[i] = _slots[(tail + i) & _mask];
            }

            if (Interlocked.CompareExchange(ref _indices.Tail, tail + count, tail) == tail)
            {
                return count;
            }
        }
    }

    /// <summary>What the worker writes, and what takers write, on lines of their own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Indices
    {
        [FieldOffset(128)] internal long Head;
        [FieldOffset(136)] internal long Offered;
        [FieldOffset(144)] internal long Dropped;
        [FieldOffset(152)] internal int Ended;
        [FieldOffset(256)] internal long Tail;
    }
}
