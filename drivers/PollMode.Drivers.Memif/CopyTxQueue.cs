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
        foreach (Packet given in packets)
        {
            Packet packet = given;
            if ((packet.Flags & Work) != 0 && !SoftwareOffload.TryFinish(ref packet, Pool))
            {
                if ((packet.Flags & SoftwareOffload.Segmentation) == 0)
                {
                    Counters.NoBuffer++;
                    break;
                }

                lost++;
                taken++;
                continue;
            }

            int slots = packet.SegmentCount == 1 ? Fill(packet, used, free, ref fault) : FillMany(packet, used, free, ref fault);
            int length = packet.TotalLength;
            if (packet != given)
            {
                _ = _copy.TryFlush() ? 0 : lost++;
                Pool.Return(packet);
            }

            if (slots < 0)
            {
                // Does not even fit an empty ring, or the ring is broken.
                if (fault == null && used == 0 && free == ring.Size)
                {
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
            return Abandon(packets[..taken], fault);
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

    protected override void Release() => _copy.Dispose();

    /// <summary>Copies a packet of one buffer into one slot, as almost every one fits.</summary>
    /// <returns>Slots used; -1 if there are not enough.</returns>
    private int Fill(Packet packet, int used, int free, ref string? fault)
    {
        if (used == free)
        {
            return -1;
        }

        int slot = (_sent + used) & _ring!.Mask;
        if (!TryResolve(slot, out byte* to, out uint capacity, out bool isTouchable))
        {
            fault = "Descriptor outside its region";
            return -1;
        }

        int length = packet.Length;
        if ((uint)length > capacity)
        {
            return FillMany(packet, used, free, ref fault);
        }

        if (!_copy.TryCopy(packet.DataPointer, to, length, isTouchable))
        {
            fault = "Shared memory has gone";
            return -1;
        }

        Write(slot, 0, (uint)length);
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FillMany(Packet packet, int used, int free, ref string? fault)
    {
        int first = used;
        uint at = 0;
        byte* to = null;
        uint capacity = 0;
        bool isTouchable = false;
        int slot = -1;
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            byte* from = segment.DataPointer;
            for (int left = segment.Length; left > 0;)
            {
                if (at == capacity)
                {
                    if (slot >= 0)
                    {
                        Write(slot, Descriptor.Next, at);
                    }

                    if (used == free)
                    {
                        return -1;
                    }

                    slot = (_sent + used++) & _ring!.Mask;
                    if (!TryResolve(slot, out to, out capacity, out isTouchable) || capacity == 0)
                    {
                        fault = "Descriptor outside its region";
                        return -1;
                    }

                    at = 0;
                }

                int count = (int)Math.Min((uint)left, capacity - at);
                if (!_copy.TryCopy(from, to + at, count, isTouchable))
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
            Write(slot, 0, at);
        }

        return used - first;
    }

    private void Write(int slot, ushort flags, uint length)
    {
        if (_isServer)
        {
            Descriptor.WriteLength(_ring!.Descriptors + slot, flags, length);
        }
        else
        {
            Descriptor.WriteTo(_ring!.Descriptors + slot, flags, 0, length, (uint)(_ring.BufferOffset + (slot * _bufferBytes)));
        }
    }

    private bool TryResolve(int slot, out byte* address, out uint capacity, out bool isTouchable)
    {
        if (!_isServer)
        {
            address = _regions[0].Address + _ring!.BufferOffset + ((long)slot * _bufferBytes);
            capacity = _bufferBytes;
            isTouchable = true;
            return true;
        }

        Descriptor descriptor = Descriptor.ReadFrom(_ring!.Descriptors + slot);
        Region[] regions = _regions;
        capacity = descriptor.Length;
        if (descriptor.Region >= regions.Length)
        {
            address = null;
            isTouchable = false;
            return false;
        }

        Region region = regions[descriptor.Region];
        address = region.Address + descriptor.Offset;
        isTouchable = region.IsTouchable;
        return (ulong)descriptor.Offset + capacity <= region.Bytes;
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

        InterruptsSent += _ring.Notify();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Abandon(ReadOnlySpan<Packet> taken, string fault)
    {
        _copy.Discard();
        Pool.Return(taken);
        Counters.Packets += taken.Length;
        Counters.Dropped += taken.Length;
        Link!.Fail(fault);
        return taken.Length;
    }
}
