using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Memif;

/// <summary>
/// A client's transmit queue without a copy: descriptors point at the packets' own buffers, which come home when the server has moved tail
/// past them. A buffer of another arena is copied into one of ours first, and counted.
/// </summary>
internal sealed unsafe class ZeroCopyTxQueue : MemifQueue, ITxQueue
{
    private const ushort ArenaRegion = 1;
    private const int ReturnBatch = 64;

    private readonly int _index;
    private readonly byte* _arena;
    private readonly ulong _arenaBytes;
    private readonly int _mostBytes;

    /// <summary>The packet that ends in a slot; none in the slots before it of a packet that has several.</summary>
    private readonly Packet[] _slots;
    private readonly Announcer _announcer = new();
    private Ring? _ring;
    private ushort _head;
    private ushort _reclaimed;

    internal ZeroCopyTxQueue(MemifPort port, int index, Mempool pool)
        : base(port, pool, isReceive: false)
    {
        _index = index;
        _arena = port.Context.Arena.BaseAddress;
        _arenaBytes = (ulong)port.Context.Arena.LengthBytes;
        _mostBytes = port.Settings.BufferBytes;
        _slots = new Packet[1 << port.Settings.Log2RingSize];
    }

    public int Send(ReadOnlySpan<Packet> packets)
    {
        if (packets.IsEmpty || !Synchronize() || !Reclaim())
        {
            return 0;
        }

        Ring ring = _ring!;
        int mask = ring.Mask;
        int free = ring.Size - (ushort)(_head - _reclaimed);
        int taken = 0;
        long bytes = 0;
        ushort head = _head;
        foreach (Packet packet in packets)
        {
            int length = packet.Length;
            ulong offset = (ulong)(packet.DataPointer - _arena);
            if (packet.SegmentCount == 1 && length <= _mostBytes && length >= ShortestFrame && (packet.Flags & Work) == 0 && offset + (ulong)length <= _arenaBytes && offset < _arenaBytes)
            {
                if (free == 0)
                {
                    break;
                }

                int slot = head & mask;
                Descriptor.WriteTo(ring.Descriptors + slot, 0, ArenaRegion, (uint)length, (uint)offset);
                _slots[slot] = packet;
                head++;
                free--;
                bytes += length;
                taken++;
                continue;
            }

            int total = packet.TotalLength;
            int used = SendSlow(packet, head, free);
            if (used < 0)
            {
                break;
            }

            head += (ushort)used;
            free -= used;
            bytes += total;
            taken++;
        }

        if (head != _head)
        {
            _head = head;
            ring.Head = head;
            InterruptsSent += ring.Notify(_announcer);
        }

        Counters.Packets += taken;
        Counters.Bytes += bytes;
        return taken;
    }

    public bool Service() => Synchronize() && Reclaim() && _head != _reclaimed;

    protected override bool Attach(MemifLink link)
    {
        _ring = _index < link.ToServer.Length ? link.ToServer[_index] : null;
        _head = 0;
        _reclaimed = 0;
        return _ring != null;
    }

    protected override void Detach(MemifLink link, bool ended)
    {
        for (; _reclaimed != _head; _reclaimed++)
        {
            Packet packet = _slots[_reclaimed & _ring!.Mask];
            if (packet.IsNone)
            {
                continue;
            }

            Counters.Dropped++;
            if (ended)
            {
                packet.Free();
            }
            else
            {
                Pool.Return(packet);
            }
        }

        _ring = null;
    }

    protected override void Release() => _announcer.Dispose();

    /// <summary>Brings home what the server has taken. False if the server's index is out of range.</summary>
    private bool Reclaim()
    {
        Ring ring = _ring!;
        int done = (ushort)(ring.Tail - _reclaimed);
        if (done == 0)
        {
            return true;
        }

        if (done > (ushort)(_head - _reclaimed))
        {
            Link!.Fail("Ring index out of range");
            return false;
        }

        Span<Packet> batch = stackalloc Packet[ReturnBatch];
        int count = 0;
        for (; done > 0; done--)
        {
            Packet packet = _slots[_reclaimed++ & ring.Mask];
            if (!packet.IsNone)
            {
                batch[count++] = packet;
                if (count == ReturnBatch)
                {
                    Pool.Return(batch);
                    count = 0;
                }
            }
        }

        Pool.Return(batch[..count]);
        return true;
    }

    /// <summary>Sends a chain, a long buffer, one of another arena, or one that needs work first.</summary>
    /// <returns>Slots used, zero for a packet that was lost; -1 if there is no room and the packet stays the caller's.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int SendSlow(Packet given, ushort head, int free)
    {
        Packet packet = given;
        if (packet.TotalLength < ShortestFrame)
        {
            return Lose(given);
        }

        if (free == 0)
        {
            // Before anything is copied: the same packet comes again until there is room.
            return -1;
        }

        OffloadResult result = (packet.Flags & Work) == 0 ? OffloadResult.Done : SoftwareOffload.Finish(ref packet, Pool);
        if (result == OffloadResult.Impossible)
        {
            return Lose(given);
        }

        if (result == OffloadResult.NeedsBuffer)
        {
            Counters.NoBuffer++;
            return -1;
        }

        if (!IsInArena(packet))
        {
            bool copied = Pool.TryCopy(packet, out Packet copy);
            if (packet != given)
            {
                Pool.Return(packet);
            }

            if (!copied)
            {
                Counters.NoBuffer++;
                return -1;
            }

            packet = copy;
        }

        int needed = SlotsFor(packet);
        if (needed > free)
        {
            if (packet != given)
            {
                Pool.Return(packet);
            }

            return needed > _ring!.Size ? Lose(given) : -1;
        }

        Describe(packet, head, needed);
        if (packet != given)
        {
            Counters.Copied++;
            Pool.Return(given);
        }

        return needed;
    }

    private int SlotsFor(Packet packet)
    {
        int slots = 0;
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            slots += (segment.Length + _mostBytes - 1) / _mostBytes;
        }

        return Math.Max(1, slots);
    }

    private void Describe(Packet packet, ushort head, int needed)
    {
        int used = 0;
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            uint offset = (uint)(segment.DataPointer - _arena);
            for (int left = segment.Length; left > 0;)
            {
                int count = Math.Min(left, _mostBytes);
                int slot = (head + used++) & _ring!.Mask;
                Descriptor.WriteTo(_ring.Descriptors + slot, used < needed ? Descriptor.Next : (ushort)0, ArenaRegion, (uint)count, offset);
                _slots[slot] = used < needed ? default : packet;
                offset += (uint)count;
                left -= count;
            }
        }
    }

    private bool IsInArena(Packet packet)
    {
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            ulong offset = (ulong)(segment.DataPointer - _arena);
            if (offset >= _arenaBytes || offset + (ulong)segment.Length > _arenaBytes)
            {
                return false;
            }
        }

        return true;
    }

    private int Lose(Packet packet)
    {
        Counters.Errors++;
        Pool.Return(packet);
        return 0;
    }
}
