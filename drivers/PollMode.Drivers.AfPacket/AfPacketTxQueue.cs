using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PollMode.Linux;
using PollMode.Wire;

namespace PollMode.Drivers.AfPacket;

/// <summary>
/// Copies frames into the slots of a transmit ring and asks the kernel once per burst to send them. A slot is ours while its status is
/// <see cref="FrameHeader.Available"/> (acquire); it becomes the kernel's by <see cref="FrameHeader.SendRequest"/> (release).
/// </summary>
internal sealed unsafe class AfPacketTxQueue : ITxQueue
{
    private const int AddressBytes = 12;
    private const int TagBytes = 4;
    private const int MostVectors = 1024;

    private readonly RingSocket _socket;
    private readonly RingSocket? _large;
    private readonly Mempool _pool;
    private readonly uint _slotBytes;
    private readonly uint _mask;
    private readonly int _slotRoom;
    private readonly int _virtioBytes;

    /// <summary>Slot to fill next, and the first one that may not have been sent yet. Both count on and on.</summary>
    private uint _next;
    private uint _pending;

    internal AfPacketTxQueue(RingSocket socket, RingSocket? large, Mempool pool)
    {
        _socket = socket;
        _large = large;
        _pool = pool;
        _slotBytes = socket.Shape.FrameBytes;
        _mask = socket.Shape.Frames - 1;
        _virtioBytes = large != null ? VirtioNetHeader.Bytes : 0;
        _slotRoom = (int)_slotBytes - FrameHeader.Bytes - _virtioBytes;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int sent = 0;
        long bytes = 0;
        uint first = _next;
        foreach (Packet packet in packets)
        {
            int length = packet.TotalLength;
            if (length <= _slotRoom - TagBytes && ((packet.Flags & VirtioNetHeader.Segmented) == 0 || _virtioBytes > 0))
            {
                var header = (FrameHeader*)(_socket.Ring + ((nuint)(_next & _mask) * _slotBytes));
                if (Volatile.Read(ref header->Status) != FrameHeader.Available)
                {
                    break;
                }

                Fill(header, packet, length);
                _next++;
            }
            else if (!SendLarge(packet))
            {
                break;
            }

            bytes += length;
            sent++;
        }

        if (_next != first || sent < packets.Length)
        {
            Kick();
        }

        _pool.Return(packets[..sent]);
        Counters.Packets += sent;
        Counters.Bytes += bytes;
        return sent;
    }

    public bool Service()
    {
        while (_pending != _next && StatusOf(_pending) == FrameHeader.Available)
        {
            _pending++;
        }

        if (_pending == _next || _socket.Device.IsGone)
        {
            return false;
        }

        // What still waits may wait because the device was full when it was last asked. On an interface that is down it waits for ever.
        return StatusOf(_pending) != FrameHeader.SendRequest || Kick() >= 0 || Marshal.GetLastSystemError() is not (Errno.ENETDOWN or Errno.ENXIO or Errno.ENODEV);
    }

    /// <summary>Counts frames that the kernel never took as lost. Before the ring is closed.</summary>
    internal void CountUnsent()
    {
        for (; _pending != _next; _pending++)
        {
            Counters.Dropped += StatusOf(_pending) == FrameHeader.SendRequest ? 1 : 0;
        }
    }

    private uint StatusOf(uint slot) => Volatile.Read(ref ((FrameHeader*)(_socket.Ring + ((nuint)(slot & _mask) * _slotBytes)))->Status);

    private nint Kick() => LibC.Send(_socket.Descriptor, null, 0, LibC.MSG_DONTWAIT);

    private void Fill(FrameHeader* header, Packet packet, int length)
    {
        byte* to = (byte*)header + FrameHeader.Bytes + _virtioBytes;
        PacketFlags flags = packet.Flags;
        int tagBytes = 0;
        if (packet.SegmentCount == 1 && (flags & PacketFlags.HasVlan) == 0)
        {
            Buffer.MemoryCopy(packet.DataPointer, to, _slotRoom, length);
        }
        else
        {
            packet.CopyTo(new Span<byte>(to, length));
            if ((flags & PacketFlags.HasVlan) != 0 && length >= AddressBytes)
            {
                tagBytes = TagBytes;
                PutTag(to, length, packet.VlanTci);
            }
        }

        if (_virtioBytes > 0)
        {
            *(VirtioNetHeader*)(to - VirtioNetHeader.Bytes) = VirtioNetHeader.Of(packet, tagBytes);
        }
        else if ((flags & PacketFlags.TxChecksumPartial) != 0)
        {
            CompleteChecksum(new Span<byte>(to, length + tagBytes), packet.ChecksumStart + tagBytes, packet.ChecksumOffset);
        }

        header->NextOffset = 0;
        header->FrameBytes = (uint)(length + tagBytes + _virtioBytes);
        Volatile.Write(ref header->Status, FrameHeader.SendRequest);
    }

    private static void PutTag(byte* frame, int length, ushort tci)
    {
        new Span<byte>(frame + AddressBytes, length - AddressBytes).CopyTo(new Span<byte>(frame + AddressBytes + TagBytes, length - AddressBytes));
        frame[AddressBytes] = 0x81;
        frame[AddressBytes + 1] = 0x00;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(frame + AddressBytes + 2, 2), tci);
    }

    private static void CompleteChecksum(Span<byte> frame, int start, int offset)
    {
        if (start + offset + sizeof(ushort) <= frame.Length)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[(start + offset)..], InternetChecksum.FinishUdp(InternetChecksum.Sum(frame[start..])));
        }
    }

    /// <summary>Sends a frame that no slot holds by a socket without a ring, if there is one. True if the frame is done with.</summary>
    private bool SendLarge(Packet packet)
    {
        if (_large == null || packet.SegmentCount + 1 > MostVectors)
        {
            Counters.Errors++;
            return true;
        }

        VirtioNetHeader header = VirtioNetHeader.Of(packet, 0);
        int count = 0;
        IoVector* vectors = stackalloc IoVector[packet.SegmentCount + 1];
        vectors[count++] = new IoVector(&header, VirtioNetHeader.Bytes);
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            vectors[count++] = new IoVector(segment.DataPointer, segment.Length);
        }

        if (LibC.Writev(_large.Descriptor, vectors, count) >= 0)
        {
            return true;
        }

        if (Marshal.GetLastSystemError() is Errno.EAGAIN or Errno.ENOBUFS or Errno.ENOMEM or Errno.EINTR)
        {
            return false;
        }

        Counters.Errors++;
        return true;
    }
}
