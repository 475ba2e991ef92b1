using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Memif;

/// <summary>
/// A client's receive queue without a copy: empty buffers of the pool are put into the ring, and the server writes frames straight into
/// them. Which buffer lies in which slot is remembered here; of a descriptor only length and flags are read, and checked.
/// </summary>
internal sealed class ZeroCopyRxQueue : MemifQueue, IRxQueue
{
    private const ushort ArenaRegion = 1;

    /// <summary>Slots that are refilled together: the fence of publishing them costs more than they do.</summary>
    private const int RefillBatch = 32;

    private readonly int _index;
    private readonly Notices _notices;
    private readonly int _port;
    private readonly int _headroom;
    private readonly uint _room;
    private readonly int _mostSegments;
    private readonly Packet[] _slots;
    private Ring? _ring;
    private ushort _head;
    private ushort _tail;

    internal ZeroCopyRxQueue(MemifPort port, int index, Mempool pool)
        : base(port, pool, isReceive: true)
    {
        _index = index;
        _notices = new Notices(port.Settings.Interrupt);
        _port = port.Context.PortIndex;
        _headroom = pool.Arena.HeadroomBytes;
        _room = (uint)(pool.Arena.BufferBytes - _headroom);

        // Twice what the longest frame needs: a peer need not fill each buffer, and could make a chain as long as the ring.
        _mostSegments = 2 * ((MemifPort.MaxFrameBytes / (int)_room) + 1);
        _slots = new Packet[1 << port.Settings.Log2RingSize];
    }

    public RxQueueLife Life => RxQueueLife.Live;

    public int PollFileDescriptor => _notices.Descriptor;

    public int Receive(Span<Packet> packets)
    {
        if (packets.IsEmpty || !Synchronize())
        {
            return 0;
        }

        Ring ring = _ring!;
        int filled = (ushort)(ring.Tail - _tail);
        if (filled == 0)
        {
            if (_notices.IsWanted)
            {
                // A notice is taken before the ring is looked at once more: what comes after that look brings a new one.
                _notices.Take();
                filled = (ushort)(ring.Tail - _tail);
            }

            if (filled == 0)
            {
                Refill(ring);
                return 0;
            }
        }

        if (filled > (ushort)(_head - _tail))
        {
            Link!.Fail("Ring index out of range");
            return 0;
        }

        return Take(ring, packets, filled);
    }

    protected override bool Attach(MemifLink link)
    {
        _ring = _index < link.ToClient.Length ? link.ToClient[_index] : null;
        if (_ring == null)
        {
            return false;
        }

        _head = 0;
        _tail = 0;
        _notices.Watch(_ring);
        Refill(_ring);
        return true;
    }

    protected override void Detach(MemifLink link, bool ended)
    {
        _notices.Forget(_ring!);
        for (; _tail != _head; _tail++)
        {
            Packet packet = _slots[_tail & _ring!.Mask];
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

    protected override void Release() => _notices.Dispose();

    private unsafe int Take(Ring ring, Span<Packet> packets, int filled)
    {
        int mask = ring.Mask;
        int count = 0;
        long bytes = 0;
        int used = 0;
        while (count < packets.Length && used < filled)
        {
            int slot = (_tail + used) & mask;
            Descriptor descriptor = Descriptor.ReadFrom(ring.Descriptors + slot);
            if (descriptor.Length > _room)
            {
                return Abandon(packets[..count], used, "Frame larger than its buffer");
            }

            Packet packet = _slots[slot];
            packet.SetFrame(_headroom, _port, (int)descriptor.Length);
            used++;
            if ((descriptor.Flags & Descriptor.Next) == 0)
            {
                bytes += descriptor.Length;
            }
            else
            {
                int total = TakeChain(ring, packet, filled, ref used);
                if (total < 0)
                {
                    // The chain's buffers hang together by now and go home with their head.
                    Pool.Return(packet);
                    return Abandon(packets[..count], used, "Chain without an end, or larger than its buffers");
                }

                bytes += total;
            }

            if (packet.Length < ShortestFrame)
            {
                bytes -= packet.TotalLength;
                Counters.Errors++;
                Pool.Return(packet);
                continue;
            }

            packets[count++] = packet;
        }

        _tail += (ushort)used;
        Refill(ring);
        Counters.Packets += count;
        Counters.Bytes += bytes;
        return count;
    }

    private unsafe int TakeChain(Ring ring, Packet head, int filled, ref int used)
    {
        int total = head.Length;
        while (used < filled)
        {
            int slot = (_tail + used) & ring.Mask;
            Descriptor descriptor = Descriptor.ReadFrom(ring.Descriptors + slot);
            if (descriptor.Length > _room || descriptor.Length + (uint)total > MemifPort.MaxFrameBytes || head.SegmentCount == _mostSegments)
            {
                return -1;
            }

            Packet segment = _slots[slot];
            segment.SetFrame(_headroom, _port, (int)descriptor.Length);
            head.AppendSegments(segment);
            total += (int)descriptor.Length;
            used++;
            if ((descriptor.Flags & Descriptor.Next) == 0)
            {
                return total;
            }
        }

        return -1;
    }

    private unsafe void Refill(Ring ring)
    {
        int room = ring.Size - (ushort)(_head - _tail);
        if (room < RefillBatch)
        {
            return;
        }

        byte* arena = Pool.Arena.BaseAddress;
        while (room > 0)
        {
            int first = _head & ring.Mask;
            Span<Packet> slots = _slots.AsSpan(first, Math.Min(room, ring.Size - first));
            int rented = Pool.Rent(slots);
            Descriptor* descriptors = ring.Descriptors + first;
            for (int i = 0; i < rented; i++)
            {
                Packet packet = slots[i];
                Descriptor.WriteTo(descriptors + i, 0, ArenaRegion, _room, (uint)(packet.DataPointer - packet.Headroom + _headroom - arena));
            }

            _head += (ushort)rented;
            room -= rented;
            if (rented < slots.Length)
            {
                Counters.NoBuffer++;
                break;
            }
        }

        ring.Head = _head;
    }

    /// <summary>Ends the connection. What was received in this burst is freed; what is in the ring comes home when the link is let go of.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Abandon(ReadOnlySpan<Packet> received, int used, string fault)
    {
        _tail += (ushort)used;
        Pool.Return(received);
        Counters.Dropped += received.Length;
        Counters.Errors++;
        Link!.Fail(fault);
        return 0;
    }
}
