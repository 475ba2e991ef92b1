using System.Runtime.CompilerServices;
using PollMode.Drivers.AfXdp.Xsk;

namespace PollMode.Drivers.AfXdp;

internal sealed unsafe partial class AfXdpTxQueue
{
    private const int Later = -1;

    /// <summary>
    /// Puts a frame into the ring that is more than one buffer of the arena: a chain, one of another arena, one with requests, or none at all.
    /// </summary>
    /// <returns>Descriptors used; <see cref="Later"/> if the frame must wait and is still the caller's. A frame that can never be sent is freed and counted.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PutUnusual(Packet packet, ProducerRing tx, int at, int room, ref long bytes)
    {
        int total = packet.TotalLength;
        int segments = packet.SegmentCount;
        bytes += total;
        if (total < MinFrame || (segments > MaxSegments && total > Room) || !SoftwareOffload.IsChecksumInside(packet))
        {
            // To a checksum outside its frame the kernel would answer EINVAL for ever, and send nothing behind it.
            return Lose(packet);
        }

        bool checksum = (packet.Flags & PacketFlags.TxChecksumPartial) != 0;
        bool copies = segments > (_segments ? MaxSegments : 1) || !IsAllHere(packet) || (_metadata && packet.Headroom < XskTxMetadata.Bytes) || (checksum && !DeviceSums && packet.ReferenceCount > 1);
        if (copies)
        {
            if (total > Room)
            {
                return Lose(packet);
            }

            if (!_pool.TryRent(out Packet copy))
            {
                Counters.NoBuffer++;
                bytes -= total;
                return Later;
            }

            Copy(packet, copy, total);
            packet.Free();
            packet = copy;
            segments = 1;
            Counters.Copied++;
        }

        if (segments > room || !TryHold(packet, segments))
        {
            // Only a frame that was not copied can come here: a copy has one segment, there is room for one, and nobody else holds it.
            bytes -= total;
            return Later;
        }

        if (checksum && !DeviceSums)
        {
            SoftwareOffload.CompleteChecksum(packet);
        }

        Put(packet, tx, at, segments);
        return segments;
    }

    /// <summary>Bytes of a frame that fit into one buffer with the default headroom.</summary>
    private int Room => _arena.BufferBytes - _arena.HeadroomBytes;

    /// <summary>Whether checksums are asked of the device, and not made here.</summary>
    private bool DeviceSums => (_requests & PacketFlags.TxChecksumPartial) != 0;

    private int Lose(Packet packet)
    {
        packet.Free();
        Counters.Errors++;
        return 0;
    }

    private bool IsAllHere(Packet packet)
    {
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            // The kernel takes no descriptor of no bytes.
            if (!_arena.TryGetBuffer(segment, out _) || segment.Length == 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Copy(Packet from, Packet to, int total)
    {
        to.SetFrame(Math.Max(_arena.HeadroomBytes, _metadata ? XskTxMetadata.Bytes : 0), from.Port, total);
        _ = from.CopyTo(to.Span);
        to.Flags = from.Flags;
        to.ChecksumStart = from.ChecksumStart;
        to.ChecksumOffset = from.ChecksumOffset;
    }

    /// <summary>Notes all buffers of a frame as the kernel's. False if one of them is there too often already: no clone is sent 256 times at once.</summary>
    private bool TryHold(Packet packet, int segments)
    {
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            if (_queue.TxHeld.CountOf(BufferOf(segment)) == byte.MaxValue)
            {
                return false;
            }
        }

        int first = BufferOf(packet);
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            int buffer = BufferOf(segment);
            _queue.TxHeld.CountOf(buffer)++;
            _queue.TxHeld.SetHead(buffer, segments == 1 ? 0 : segment.NextSegment.IsNone ? first + 1 : -1);
        }

        return true;
    }

    private int BufferOf(Packet segment)
    {
        _ = _arena.TryGetBuffer(segment, out int buffer);
        return buffer;
    }

    private void Put(Packet packet, ProducerRing tx, int at, int segments)
    {
        uint options = _metadata ? Request(packet) : 0;
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            options |= --segments > 0 ? XdpDescriptor.Continued : 0;
            tx.Descriptor(at++) = new XdpDescriptor { Address = _map.OffsetOf(segment.DataPointer), Length = (uint)segment.Length, Options = options };
            options = 0;
        }
    }

    /// <summary>Writes what is asked of the device in front of the frame. Gives the descriptor's option for it.</summary>
    private uint Request(Packet packet)
    {
        PacketFlags wishes = packet.Flags & _requests;
        if (wishes == 0)
        {
            return 0;
        }

        *(XskTxMetadata*)(packet.DataPointer - XskTxMetadata.Bytes) = new XskTxMetadata
        {
            Flags = ((wishes & PacketFlags.TxTimestamp) != 0 ? XskTxMetadata.WantsTimestamp : 0)
                | ((wishes & PacketFlags.TxChecksumPartial) != 0 ? XskTxMetadata.WantsChecksum : 0),
            ChecksumStart = (ushort)packet.ChecksumStart,
            ChecksumOffset = (ushort)packet.ChecksumOffset,
        };
        return XdpDescriptor.HasMetadata;
    }

    /// <summary>Tells those who kept a clone of a frame when it left.</summary>
    private void TakeTimestamp(Packet packet)
    {
        if ((packet.Flags & _requests & PacketFlags.TxTimestamp) != 0 && packet.Headroom >= XskTxMetadata.Bytes)
        {
            packet.TimestampNanoseconds = (long)((XskTxMetadata*)(packet.DataPointer - XskTxMetadata.Bytes))->Timestamp - _clockOffset;
            Timestamps++;
        }
    }
}
