using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Memif;

/// <summary>
/// Sends by copying into a ring's buffers. A server fills those that the client put into the ring from server to client, wherever they are,
/// which is checked. A client fills its own.
/// </summary>
internal sealed unsafe class CopyTxQueue : MemifQueue, ITxQueue
{
    private readonly int _index;
    private readonly GuardedCopy _copy = new(toPeer: true);
    private readonly bool _isServer;
    private readonly uint _bufferBytes;
    private readonly Announcer _announcer = new();
    private Ring? _ring;
    private Region[] _regions = [];
    private ushort _sent;

    internal CopyTxQueue(MemifPort port, int index, Mempool pool)
        : base(port, pool, isReceive: false)
    {
        _index = index;
        _isServer = port.Settings.IsServer;
        _bufferBytes = (uint)port.Settings.BufferBytes;
    }

    public int Send(ReadOnlySpan<Packet> packets)
    {
        if (packets.IsEmpty || !Synchronize())
        {
            return 0;
        }

        Ring ring = _ring!;
        int free = _isServer ? (ushort)(ring.Head - _sent) : ring.Size - (ushort)(_sent - ring.Tail);
        if (free > ring.Size || free < 0)
        {
            Link!.Fail("Ring index out of range");
            return 0;
        }

        int used = 0;
        int taken = 0;
        int lost = 0;
        long bytes = 0;
        string? fault = null;
        var region = new RegionView(_regions);
        foreach (Packet given in packets)
        {
            Packet packet = given;
            if (packet.SegmentCount == 1 && (packet.Flags & Work) == 0 && used < free)
            {
                // Almost every one: a frame of one buffer, for a slot that holds it.
                int slot = (_sent + used) & ring.Mask;
                Descriptor place = PlaceOf(slot);
                uint frameBytes = (uint)packet.Length;
                if (frameBytes <= place.Length && frameBytes >= ShortestFrame && region.Has(place) && region.IsTouchable)
                {
                    FrameCopy.Copy(packet.DataPointer, region.Start + place.Offset, frameBytes);
                    Write(slot, 0, frameBytes, place.Offset);
                    used++;
                    bytes += frameBytes;
                    taken++;
                    continue;
                }
            }

            int length = packet.TotalLength;
            OffloadResult result = length < ShortestFrame ? OffloadResult.Impossible
                : (packet.Flags & Work) == 0 ? OffloadResult.Done
                : SoftwareOffload.Finish(ref packet, Pool);
            if (result == OffloadResult.NeedsBuffer)
            {
                Counters.NoBuffer++;
                break;
            }

            if (result == OffloadResult.Impossible)
            {
                bytes += length;
                lost++;
                taken++;
                continue;
            }

            int slots = FillMany(packet, used, free, ref fault);
            if (packet != given)
            {
                if (!_copy.TryFlush())
                {
                    fault = "Shared memory has gone";
                }

                Pool.Return(packet);
            }

            if (slots < 0)
            {
                // Does not even fit an empty ring, or the ring is broken.
                if (fault == null && used == 0 && free == ring.Size)
                {
                    bytes += length;
                    lost++;
                    taken++;
                    continue;
                }

                break;
            }

            used += slots;
            bytes += length;
            taken++;
        }

        if (!_copy.TryFlush() || Link!.HasVanished)
        {
            fault = "Shared memory has gone";
        }

        if (fault != null)
        {
            return Abandon(packets[..taken], bytes, lost, fault);
        }

        Publish(used);
        Pool.Return(packets[..taken]);
        Counters.Packets += taken;
        Counters.Bytes += bytes;
        Counters.Copied += taken - lost;
        Counters.Errors += lost;
        return taken;
    }

    public bool Service()
    {
        _ = Synchronize();
        return false;
    }

    protected override bool Attach(MemifLink link)
    {
        Ring?[] rings = _isServer ? link.ToClient : link.ToServer;
        _ring = _index < rings.Length ? rings[_index] : null;
        _regions = link.Regions;
        _sent = 0;
        return _ring != null;
    }

    protected override void Detach(MemifLink link, bool ended) => _ring = null;

    protected override void Release()
    {
        _copy.Dispose();
        _announcer.Dispose();
    }

    /// <summary>Where the buffer of a slot lies and how much it holds. A client knows its own, whatever a descriptor says by now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Descriptor PlaceOf(int slot) => _isServer
        ? Descriptor.ReadFrom(_ring!.Descriptors + slot)
        : new Descriptor { Length = _bufferBytes, Offset = _ring!.BufferOffset + ((uint)slot * _bufferBytes) };

    /// <summary>Copies a packet of any kind into as many slots as it needs.</summary>
    /// <returns>Slots used; -1 if there are not enough.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FillMany(Packet packet, int used, int free, ref string? fault)
    {
        int first = used;
        uint at = 0;
        int slot = -1;
        Descriptor place = default;
        var region = new RegionView(_regions);
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            byte* from = segment.DataPointer;
            for (int left = segment.Length; left > 0;)
            {
                if (at == place.Length)
                {
                    if (slot >= 0)
                    {
                        Write(slot, Descriptor.Next, at, place.Offset);
                    }

                    if (used == free)
                    {
                        return -1;
                    }

                    slot = (_sent + used++) & _ring!.Mask;
                    place = PlaceOf(slot);
                    if (!region.Has(place) || place.Length == 0)
                    {
                        fault = "Descriptor outside its region";
                        return -1;
                    }

                    at = 0;
                }

                int count = (int)Math.Min((uint)left, place.Length - at);
                if (!_copy.TryCopy(from, region.Start + place.Offset + at, count, region.IsTouchable))
                {
                    fault = "Shared memory has gone";
                    return -1;
                }

                from += count;
                at += (uint)count;
                left -= count;
            }
        }

        if (slot >= 0)
        {
            Write(slot, 0, at, place.Offset);
        }

        return used - first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(int slot, ushort flags, uint length, uint offset)
    {
        if (_isServer)
        {
            Descriptor.WriteLength(_ring!.Descriptors + slot, flags, length);
        }
        else
        {
            Descriptor.WriteTo(_ring!.Descriptors + slot, flags, 0, length, offset);
        }
    }

    private void Publish(int used)
    {
        if (used == 0)
        {
            return;
        }

        _sent += (ushort)used;
        if (_isServer)
        {
            _ring!.Tail = _sent;
        }
        else
        {
            _ring!.Head = _sent;
        }

        InterruptsSent += _ring.Notify(_announcer);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Abandon(ReadOnlySpan<Packet> taken, long bytes, int lost, string fault)
    {
        _copy.Discard();
        Pool.Return(taken);
        Counters.Packets += taken.Length;
        Counters.Bytes += bytes;
        Counters.Dropped += taken.Length - lost;
        Counters.Errors += lost;
        Link!.Fail(fault);
        return taken.Length;
    }
}
