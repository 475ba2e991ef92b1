using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>
/// Copies frames into the slots of a transmit ring and asks the kernel once per burst to send them. A slot is ours while its status is
/// <see cref="FrameHeader.Available"/> (acquire); it becomes the kernel's by <see cref="FrameHeader.SendRequest"/> (release).
/// </summary>
internal sealed unsafe class AfPacketTxQueue : ITxQueue
{
    private const int AddressBytes = 12;
    private const int HeaderBytes = 14;
    private const int TagBytes = 4;
    private const int MostVectors = 1024;

    /// <summary>
    /// A frame up to this long is copied by the kernel into the memory that its buffer has anyway: with the buffer's own needs, and 256 bytes
    /// that a device may want in front, it is at most a page. Of a longer one it takes the ring's pages, which costs references to them, a
    /// second piece for the device to fetch, and on a virtual interface a page to copy them into.
    /// </summary>
    private const int MostCopiedBytes = 3328;

    /// <summary>A queue that is full moves in less.</summary>
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromMilliseconds(10);

    private readonly RingSocket _socket;
    private readonly RingSocket? _large;
    private readonly Mempool _pool;
    private readonly uint _slotBytes;
    private readonly uint _mask;
    private readonly int _slotRoom;

    /// <summary>Slot to fill next, and the first one that may not have been sent yet. Both count on and on.</summary>
    private uint _next;
    private uint _pending;

    /// <summary>The slot whose frame the device refused last, and since when it does; zero for not at all.</summary>
    private uint _refused;
    private long _refusedSince;

    internal AfPacketTxQueue(RingSocket socket, RingSocket? large, Mempool pool)
    {
        _socket = socket;
        _large = large;
        _pool = pool;
        _slotBytes = socket.Shape.FrameBytes;
        _mask = socket.Shape.Frames - 1;
        _slotRoom = (int)_slotBytes - FrameHeader.Bytes - VirtioNetHeader.Bytes;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int sent = 0;
        long bytes = 0;
        uint first = _next;
        int longest = _socket.Device.Mtu + HeaderBytes;
        foreach (Packet packet in packets)
        {
            int length = packet.TotalLength;
            PacketFlags flags = packet.Flags;
            bool segmented = (flags & SoftwareOffload.Segmentation) != 0;
            int tagBytes = (flags & PacketFlags.HasVlan) != 0 ? TagBytes : 0;
            if ((!segmented && (length > longest || length < HeaderBytes) && (tagBytes != 0 || !IsTaggedOf(packet, length - TagBytes, longest))) || !SoftwareOffload.IsChecksumInside(packet))
            {
                // The kernel does not look at the length of a frame with a virtio header; a device would lose it without a word, or refuse it.
                Counters.Errors++;
            }
            else if (length + tagBytes <= _slotRoom && (!segmented || _large != null))
            {
                FrameHeader* header = HeaderOf(_next);
                if (Volatile.Read(ref header->Status) != FrameHeader.Available)
                {
                    break;
                }

                Fill(header, packet, length);
                _next++;
            }
            else
            {
                if (_next != first)
                {
                    // Frames of the same flow may wait in the ring: they go first.
                    Kick();
                }

                if (!SendLarge(packet))
                {
                    break;
                }
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
        SkipSent();
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

    /// <summary>Whether a frame is too long only for the VLAN tag in it, which the MTU does not count.</summary>
    private static bool IsTaggedOf(Packet packet, int length, int longest) =>
        length >= HeaderBytes && length <= longest && packet.Length >= HeaderBytes && packet.DataPointer[AddressBytes] == 0x81 && packet.DataPointer[AddressBytes + 1] == 0x00;

    private FrameHeader* HeaderOf(uint slot) => (FrameHeader*)(_socket.Ring + ((nuint)(slot & _mask) * _slotBytes));

    private uint StatusOf(uint slot) => Volatile.Read(ref HeaderOf(slot)->Status);

    /// <summary>Asks the kernel to send what waits. What it reports is in the C library's errno.</summary>
    private nint Kick()
    {
        nint result = LibC.Send(_socket.Descriptor, null, 0, LibC.MSG_DONTWAIT);
        return result < 0 && Marshal.GetLastSystemError() == Errno.ENOBUFS ? Refused() : result;
    }

    /// <summary>
    /// The device dropped the first frame that waits, and the kernel keeps it to be tried again. That is right while a queue is full, and
    /// goes on for ever where it is the frame that the device does not take (a veth whose other end has a smaller MTU): then it is given up.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private nint Refused()
    {
        SkipSent();
        if (_refused != _pending || _refusedSince == 0)
        {
            _refused = _pending;
            _refusedSince = Stopwatch.GetTimestamp();
        }
        else if (_pending != _next && StatusOf(_pending) == FrameHeader.SendRequest && Stopwatch.GetElapsedTime(_refusedSince) > RefusalPatience && _socket.Device.Link == LinkState.Up)
        {
            // A frame of no bytes is malformed, and the socket is told to lose such (PACKET_LOSS).
            HeaderOf(_pending)->FrameBytes = 0;
            Counters.Dropped++;
            _refusedSince = 0;
            return LibC.Send(_socket.Descriptor, null, 0, LibC.MSG_DONTWAIT);
        }

        return 0;
    }

    private void SkipSent()
    {
        while (_pending != _next && StatusOf(_pending) == FrameHeader.Available)
        {
            _pending++;
        }
    }

    private void Fill(FrameHeader* header, Packet packet, int length)
    {
        byte* to = (byte*)header + FrameHeader.Bytes + VirtioNetHeader.Bytes;
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

        VirtioNetHeader request = default;
        if (_large != null)
        {
            request = VirtioNetHeader.Of(packet, tagBytes);
        }
        else if ((flags & PacketFlags.TxChecksumPartial) != 0)
        {
            // It is inside the frame: that was looked at before the slot was taken.
            _ = SoftwareOffload.TryCompleteChecksum(new Span<byte>(to, length + tagBytes), packet.ChecksumStart + tagBytes, packet.ChecksumOffset);
        }

        if (length + tagBytes <= MostCopiedBytes)
        {
            // What the kernel takes for headers is what it copies.
            request.HeaderLength = (ushort)(length + tagBytes);
        }

        *(VirtioNetHeader*)(to - VirtioNetHeader.Bytes) = request;
        header->NextOffset = 0;
        header->FrameBytes = (uint)(length + tagBytes + VirtioNetHeader.Bytes);
        Volatile.Write(ref header->Status, FrameHeader.SendRequest);
    }

    private static void PutTag(byte* frame, int length, ushort tci)
    {
        new Span<byte>(frame + AddressBytes, length - AddressBytes).CopyTo(new Span<byte>(frame + AddressBytes + TagBytes, length - AddressBytes));
        frame[AddressBytes] = 0x81;
        frame[AddressBytes + 1] = 0x00;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(frame + AddressBytes + 2, 2), tci);
    }

    /// <summary>Sends a frame that no slot holds by a socket without a ring, if there is one. True if the frame is done with.</summary>
    private bool SendLarge(Packet packet)
    {
        int most = packet.SegmentCount + GatheredFrame.ExtraVectors;
        if (_large == null || most > MostVectors)
        {
            Counters.Errors++;
            return true;
        }

        VirtioNetHeader header;
        byte* tag = stackalloc byte[GatheredFrame.TagBytes];
        IoVector* vectors = stackalloc IoVector[most];
        int count = GatheredFrame.Describe(packet, &header, tag, vectors);
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
