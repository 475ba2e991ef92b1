using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Memif;

/// <summary>
/// Receives by copying out of a ring's buffers. A server consumes the ring from client to server: buffers are wherever the client says, and
/// that is checked. A client consumes the ring from server to client: buffers are where it put them itself, whatever a descriptor says by now.
/// </summary>
internal sealed unsafe class CopyRxQueue : MemifQueue, IRxQueue
{
    private readonly int _index;
    private readonly Notices _notices;
    private readonly GuardedCopy _copy = new(toPeer: false);
    private readonly bool _isServer;
    private readonly int _port;
    private readonly int _headroom;
    private readonly int _bufferBytes;
    private readonly int _room;
    private readonly uint _peerBufferBytes;
    private Ring? _ring;
    private Region[] _regions = [];
    private ushort _consumed;

    /// <summary>Whether the sender lends buffers of its pool: then each is given back when it has been copied, while its caches still hold it.</summary>
    private bool _isLent;

    internal CopyRxQueue(MemifPort port, int index, Mempool pool)
        : base(port, pool, isReceive: true)
    {
        _index = index;
        _notices = new Notices(port.Settings.Interrupt);
        _isServer = port.Settings.IsServer;
        _port = port.Context.PortIndex;
        _headroom = pool.Arena.HeadroomBytes;
        _bufferBytes = pool.Arena.BufferBytes;
        _room = _bufferBytes - _headroom;
        _peerBufferBytes = (uint)port.Settings.BufferBytes;
    }

    public RxQueueLife Life => RxQueueLife.Live;

    public int PollFileDescriptor => _notices.Descriptor;

    private ushort Produced => _isServer ? _ring!.Head : _ring!.Tail;

    public int Receive(Span<Packet> packets)
    {
        if (packets.IsEmpty || !Synchronize())
        {
            return 0;
        }

        int available = (ushort)(Produced - _consumed);
        if (available == 0)
        {
            if (!_notices.IsWanted)
            {
                return 0;
            }

            // A notice is taken before the ring is looked at once more: what comes after that look brings a new one.
            _notices.Take();
            available = (ushort)(Produced - _consumed);
        }

        if (available > _ring!.Size)
        {
            Link!.Fail("Ring index out of range");
            return 0;
        }

        int rented = Pool.Rent(packets[..Math.Min(packets.Length, available)]);
        if (rented == 0)
        {
            Counters.NoBuffer += available > 0 ? 1 : 0;
            return 0;
        }

        return Take(packets, rented, available);
    }

    protected override bool Attach(MemifLink link)
    {
        Ring?[] rings = _isServer ? link.ToServer : link.ToClient;
        _ring = _index < rings.Length ? rings[_index] : null;
        if (_ring == null)
        {
            return false;
        }

        _regions = link.Regions;
        _consumed = 0;

        // Lent buffers are not in the region of the rings. (Nor are those of some clients that copy; they gain and lose nothing.) Memory that
        // must be guarded is copied only at the burst's end.
        _isLent = _isServer && _regions.Length > 1 && Array.TrueForAll(_regions, region => region.IsTouchable);
        _notices.Watch(_ring);
        if (!_isServer)
        {
            Post(0, _ring.Size);
            _ring.Head = (ushort)_ring.Size;
        }

        return true;
    }

    protected override void Detach(MemifLink link, bool ended)
    {
        _notices.Forget(_ring!);
        _ring = null;
    }

    protected override void Release()
    {
        _notices.Dispose();
        _copy.Dispose();
    }

    private int Take(Span<Packet> packets, int rented, int available)
    {
        Ring ring = _ring!;
        Descriptor* descriptors = ring.Descriptors;
        int mask = ring.Mask;
        int used = 0;
        int filled = 0;
        long bytes = 0;
        string? fault = null;
        bool isLent = _isLent;
        var region = new RegionView(_regions);
        while (filled < rented && used < available)
        {
            int slot = (_consumed + used) & mask;
            Packet packet = packets[filled];
            Descriptor descriptor = Read(descriptors, slot);
            if ((descriptor.Flags & Descriptor.Next) == 0 && descriptor.Length <= (uint)_room)
            {
                if (!region.Has(descriptor))
                {
                    fault = "Descriptor outside its region";
                    break;
                }

                used++;
                int length = (int)descriptor.Length;
                if (length < ShortestFrame)
                {
                    Counters.Errors++;
                    continue;
                }

                packet.SetFrame(_headroom, _port, length);
                if (region.IsTouchable)
                {
                    FrameCopy.Copy(region.Start + descriptor.Offset, packet.DataPointer, descriptor.Length);
                }
                else if (!_copy.TryAdd(packet.DataPointer, region.Start + descriptor.Offset, length))
                {
                    fault = "Shared memory has gone";
                    break;
                }

                bytes += length;
                filled++;
            }
            else
            {
                (used, fault) = TakeChain(packet, used, available, out bool isWhole);
                if (fault != null)
                {
                    break;
                }

                if (isWhole)
                {
                    bytes += packet.TotalLength;
                    filled++;
                }
                else
                {
                    Pool.Return(packet);
                    packets[filled] = packets[--rented];
                }
            }

            if (isLent)
            {
                ring.Tail = (ushort)(_consumed + used);
            }
        }

        if (!_copy.TryFlush() || Link!.HasVanished)
        {
            fault = "Shared memory has gone";
        }

        if (fault != null)
        {
            return Abandon(packets[..rented], filled, fault);
        }

        Pool.Return(packets[filled..rented]);
        Consume(used);
        Counters.Packets += filled;
        Counters.Copied += filled;
        Counters.Bytes += bytes;
        return filled;
    }

    /// <summary>Reads a descriptor once. Of a client's own buffers only length and flags are the server's; the rest is known here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Descriptor Read(Descriptor* descriptors, int slot)
    {
        Descriptor descriptor = Descriptor.ReadFrom(descriptors + slot);
        if (!_isServer)
        {
            descriptor.Region = descriptor.Length <= _peerBufferBytes ? (ushort)0 : ushort.MaxValue;
            descriptor.Offset = _ring!.BufferOffset + ((uint)slot * _peerBufferBytes);
        }

        return descriptor;
    }

    /// <summary>Copies a frame of several descriptors, or one longer than a buffer, into a chain.</summary>
    /// <returns>Descriptors used so far, and what was wrong.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private (int Used, string? Fault) TakeChain(Packet head, int used, int available, out bool isWhole)
    {
        head.SetFrame(_headroom, _port, 0);
        isWhole = true;
        bool starved = false;
        int total = 0;
        Packet last = head;
        var region = new RegionView(_regions);
        while (true)
        {
            if (used == available)
            {
                isWhole = false;
                return (used, "Chain without an end");
            }

            int slot = (_consumed + used) & _ring!.Mask;
            Descriptor descriptor = Read(_ring.Descriptors, slot);
            if (!region.Has(descriptor))
            {
                isWhole = false;
                return (used, "Descriptor outside its region");
            }

            byte* source = region.Start + descriptor.Offset;
            used++;
            if (descriptor.Length > (uint)(MemifPort.MaxFrameBytes - total))
            {
                // Too long to be a frame: pass over the rest of it.
                isWhole = false;
            }

            for (int left = (int)Math.Min(descriptor.Length, MemifPort.MaxFrameBytes); left > 0 && isWhole;)
            {
                int room = last.Tailroom;
                if (room == 0)
                {
                    if (!Pool.TryRent(out Packet next))
                    {
                        Counters.NoBuffer++;
                        starved = true;
                        isWhole = false;
                        break;
                    }

                    next.SetFrame(0, _port, 0);
                    head.AppendSegments(next);
                    last = next;
                    room = _bufferBytes;
                }

                int count = Math.Min(room, left);
                last.TryAppend(count, out _);
                if (!_copy.TryCopy(last.DataPointer + last.Length - count, source, count, region.IsTouchable))
                {
                    isWhole = false;
                    return (used, "Shared memory has gone");
                }

                source += count;
                left -= count;
                total += count;
            }

            if ((descriptor.Flags & Descriptor.Next) == 0)
            {
                break;
            }
        }

        if (isWhole && total >= ShortestFrame)
        {
            return (used, null);
        }

        // The caller frees the chain. What was put off must be copied first, before its buffers go home.
        isWhole = false;
        Counters.Dropped += starved ? 1 : 0;
        Counters.Errors += starved ? 0 : 1;
        return (used, _copy.TryFlush() ? null : "Shared memory has gone");
    }

    private void Consume(int used)
    {
        if (_isServer)
        {
            _consumed += (ushort)used;
            _ring!.Tail = _consumed;
            return;
        }

        Post(_consumed, used);
        _consumed += (ushort)used;
        _ring!.Head = (ushort)(_consumed + _ring.Size);
    }

    /// <summary>Client: writes descriptors of empty buffers for the server to fill.</summary>
    private void Post(int first, int count)
    {
        Ring ring = _ring!;
        for (int i = 0; i < count; i++)
        {
            int slot = (first + i) & ring.Mask;
            Descriptor.WriteTo(ring.Descriptors + slot, 0, 0, _peerBufferBytes, (uint)(ring.BufferOffset + (slot * _peerBufferBytes)));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Abandon(ReadOnlySpan<Packet> rented, int filled, string fault)
    {
        _copy.Discard();
        Pool.Return(rented);
        Counters.Dropped += filled;
        Counters.Errors++;
        Link!.Fail(fault);
        return 0;
    }
}
