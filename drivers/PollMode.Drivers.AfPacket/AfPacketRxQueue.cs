using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>
/// Copies frames out of the blocks of a receive ring. A block is the kernel's until its status says otherwise (acquire); it is given back
/// (release) when its last frame has been copied. The cursor within a block is kept from call to call.
/// </summary>
internal sealed unsafe class AfPacketRxQueue : IRxQueue
{
    private const int AddressBytes = 12;
    private const int TagBytes = 4;
    private const ushort CustomerTag = 0x8100;

    private readonly RingSocket _socket;
    private readonly Mempool _pool;
    private readonly FrameBuilder _builder;
    private readonly SegmentCutter _cutter;
    private readonly int _port;
    private readonly uint _blockBytes;
    private readonly uint _blocks;
    private readonly bool _offload;
    private readonly bool _vlanInMetadata;
    private uint _block;
    private uint _left;
    private uint _streak;
    private byte* _frame;
    private long _drops;

    internal AfPacketRxQueue(RingSocket socket, AfPacketSettings settings, PortContext context, Mempool pool)
    {
        _socket = socket;
        _pool = pool;
        _builder = new FrameBuilder(pool, context);
        _port = context.PortIndex;
        _cutter = new SegmentCutter(pool);
        _blockBytes = socket.Shape.BlockBytes;
        _blocks = socket.Shape.Blocks;
        _offload = settings.Offload;
        _vlanInMetadata = settings.VlanInMetadata;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => _socket.Device.IsGone ? RxQueueLife.Ended : RxQueueLife.Live;

    public int PollFileDescriptor => _socket.Descriptor;

    /// <summary>Frames longer than a block, which arrived cut off.</summary>
    internal long Truncated { get; private set; }

    /// <summary>Large segments that were cut into frames.</summary>
    internal long SegmentsCut { get; private set; }

    /// <summary>Frames whose checksum their sender had left open.</summary>
    internal long ChecksumsCompleted { get; private set; }

    public int Receive(Span<Packet> packets)
    {
        int count = 0;
        long bytes = 0;
        bool losing = false;
        while (count < packets.Length && (_left > 0 || NextBlock()))
        {
            var header = (FrameHeader*)_frame;
            losing |= (header->Status & FrameHeader.Losing) != 0;
            if (!_builder.HasBuffers)
            {
                Counters.NoBuffer++;
                break;
            }

            Packet packet = Take(header);
            if (!packet.IsNone)
            {
                bytes += packet.TotalLength;
                packets[count++] = packet;
            }
            else if (_cutter.IsBusy)
            {
                // No buffer for the next piece: it is made when there are some again.
                break;
            }

            if (!_cutter.IsBusy)
            {
                Advance(header);
            }
        }

        if (_left == 0 && _frame != null)
        {
            GiveBack();
        }

        _builder.GiveBack();
        if (losing)
        {
            ReadDrops(false);
        }

        Counters.Packets += count;
        Counters.Bytes += bytes;
        Counters.Dropped = Volatile.Read(ref _drops);
        return count;
    }

    /// <summary>What the kernel dropped so far because the ring was full, or the driver because it was cut off. From any thread.</summary>
    internal long ReadDrops(bool closed) => Interlocked.Add(ref _drops, closed ? 0 : _socket.TakeDrops());

    private bool NextBlock()
    {
        if (_frame != null)
        {
            GiveBack();
        }

        byte* block = _socket.Ring + ((nuint)_block * _blockBytes);
        var header = (BlockHeader*)block;
        if ((Volatile.Read(ref header->Status) & BlockHeader.UserOwns) == 0)
        {
            _streak = 0;
            return false;
        }

        _left = header->Packets;
        _frame = block + header->FirstPacketOffset;
        return _left > 0;
    }

    private void GiveBack()
    {
        var header = (BlockHeader*)(_socket.Ring + ((nuint)_block * _blockBytes));
        Volatile.Write(ref header->Status, BlockHeader.KernelOwns);
        _block = _block + 1 == _blocks ? 0 : _block + 1;
        _frame = null;
        if (++_streak == _blocks)
        {
            // All blocks were ours at once: the kernel had none, and marks what it lost only on a frame that comes later, if one does.
            _streak = 0;
            ReadDrops(false);
        }
    }

    private void Advance(FrameHeader* header)
    {
        _left--;
        _frame += header->NextOffset;
    }

    /// <summary>Makes a packet of a frame, or of the next piece of one that is being cut; none if it is dropped or no buffer is left.</summary>
    private Packet Take(FrameHeader* header)
    {
        byte* start = (byte*)header + header->MacOffset;
        int length = (int)header->CapturedBytes;
        var frame = new Span<byte>(start, length);
        var virtio = (VirtioNetHeader*)(start - VirtioNetHeader.Bytes);
        Span<byte> tag = stackalloc byte[TagBytes];
        bool tagged = (header->Status & FrameHeader.VlanValid) != 0 && length >= AddressBytes;
        if (tagged)
        {
            BinaryPrimitives.WriteUInt16BigEndian(tag, (header->Status & FrameHeader.VlanProtocolValid) != 0 ? header->VlanProtocol : CustomerTag);
            BinaryPrimitives.WriteUInt16BigEndian(tag[2..], (ushort)header->VlanTci);
        }

        // Metadata has no room for another protocol than 802.1Q: a service tag stays in the frame.
        bool putBack = tagged && (!_vlanInMetadata || tag[0] != CustomerTag >> 8);
        Packet packet;
        if (header->CapturedBytes < header->FrameBytes)
        {
            Truncated++;
            Counters.Errors++;
            return default;
        }

        if (virtio->GsoType != VirtioNetHeader.GsoNone && !_offload)
        {
            packet = TakePiece(start, length, putBack ? tag : [], virtio);
        }
        else
        {
            bool isGood = (header->Status & FrameHeader.ChecksumValid) != 0;
            if (!_offload && (virtio->Flags & VirtioNetHeader.NeedsChecksum) != 0)
            {
                if (!CompleteChecksum(frame, virtio->ChecksumStart, virtio->ChecksumOffset))
                {
                    return default;
                }

                isGood = true;
            }

            packet = putBack ? _builder.Build(frame[..AddressBytes], tag, frame[AddressBytes..]) : _builder.Build(frame, [], []);
            if (packet.IsNone)
            {
                Counters.NoBuffer++;
                Interlocked.Increment(ref _drops);
                return packet;
            }

            if (_offload && (virtio->Flags != 0 || virtio->GsoType != VirtioNetHeader.GsoNone))
            {
                virtio->CopyTo(packet);
                packet.ChecksumStart += putBack && (virtio->Flags & VirtioNetHeader.NeedsChecksum) != 0 ? TagBytes : 0;
            }
            else if (isGood)
            {
                packet.Flags = PacketFlags.RxChecksumGood;
            }
        }

        if (!packet.IsNone)
        {
            packet.TimestampNanoseconds = (header->Seconds * 1_000_000_000L) + header->Nanoseconds;
            if (tagged && !putBack)
            {
                packet.VlanTci = (ushort)header->VlanTci;
            }
        }

        return packet;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Packet TakePiece(byte* frame, int length, ReadOnlySpan<byte> tag, VirtioNetHeader* virtio)
    {
        if (!_cutter.IsBusy)
        {
            if (!_cutter.TryStart(frame, length, *virtio, _port))
            {
                Counters.Errors++;
                return default;
            }

            SegmentsCut++;
        }

        if (!_cutter.TryNext(tag, out Packet packet))
        {
            Counters.NoBuffer++;
        }

        return packet;
    }

    /// <summary>Does in the ring what the sender left to a device: sums from a place to the end, and stores the sum.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool CompleteChecksum(Span<byte> frame, int start, int offset)
    {
        if (!SoftwareOffload.TryCompleteChecksum(frame, start, offset))
        {
            Counters.Errors++;
            return false;
        }

        ChecksumsCompleted++;
        return true;
    }
}
