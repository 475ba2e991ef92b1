using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.Tap;

/// <summary>
/// Reads frames straight into buffers: the kernel's copy is the only one. The virtio header lands in the headroom. A frame that may not
/// fit one buffer is read into several, which become a chain.
/// </summary>
internal sealed unsafe class TapRxQueue : IRxQueue
{
    private readonly TapDevice _device;
    private readonly int _descriptor;
    private readonly Mempool _pool;
    private readonly int _port;
    private readonly int _headroom;
    private readonly int _bufferBytes;
    private readonly int _firstRoom;

    /// <summary>Rented buffers to read the next frame into; given back at the end of each call, so that an idle port keeps none.</summary>
    private readonly Packet[] _spares;
    private int _spareCount;

    internal TapRxQueue(TapDevice device, int descriptor, PortContext context, Mempool pool, int largestFrame)
    {
        _device = device;
        _descriptor = descriptor;
        _pool = pool;
        _port = context.PortIndex;
        _bufferBytes = context.Arena.BufferBytes;
        _headroom = Math.Max(context.Arena.HeadroomBytes, 16);
        _firstRoom = _bufferBytes - _headroom;

        // One byte more than the largest frame: a read that fills everything was cut off.
        int rest = Math.Max(0, largestFrame + 1 - _firstRoom);
        _spares = new Packet[1 + ((rest + _bufferBytes - 1) / _bufferBytes)];
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => _device.IsGone ? RxQueueLife.Ended : RxQueueLife.Live;

    public int PollFileDescriptor => _descriptor;

    public int Receive(Span<Packet> packets)
    {
        int count = 0;
        long bytes = 0;
        while (count < packets.Length && (_spareCount == _spares.Length || Rent()))
        {
            nint got = _spares.Length == 1 ? ReadOne() : ReadChain();
            if (got < VirtioNetHeader.Bytes)
            {
                Look(got);
                break;
            }

            if (TryTake((int)got - VirtioNetHeader.Bytes, out Packet packet))
            {
                packets[count++] = packet;
                bytes += (int)got - VirtioNetHeader.Bytes;
            }
        }

        _pool.Return(_spares.AsSpan(0, _spareCount));
        _spareCount = 0;
        Counters.Packets += count;
        Counters.Bytes += bytes;
        return count;
    }

    private static byte* BufferOf(Packet packet) => packet.DataPointer - packet.Headroom;

    private bool Rent()
    {
        _spareCount += _pool.Rent(_spares.AsSpan(_spareCount));
        if (_spareCount == _spares.Length)
        {
            return true;
        }

        Counters.NoBuffer++;
        return false;
    }

    private nint ReadOne() => LibC.Read(_descriptor, BufferOf(_spares[0]) + _headroom - VirtioNetHeader.Bytes, (nuint)(_firstRoom + VirtioNetHeader.Bytes));

    [SkipLocalsInit]
    private nint ReadChain()
    {
        IoVector* vectors = stackalloc IoVector[_spares.Length];
        vectors[0] = new IoVector(BufferOf(_spares[0]) + _headroom - VirtioNetHeader.Bytes, _firstRoom + VirtioNetHeader.Bytes);
        for (int i = 1; i < _spares.Length; i++)
        {
            vectors[i] = new IoVector(BufferOf(_spares[i]), _bufferBytes);
        }

        return LibC.Readv(_descriptor, vectors, _spares.Length);
    }

    /// <summary>Makes a packet of the spares that a frame filled. False, with the spares kept, if the frame was cut off.</summary>
    private bool TryTake(int length, out Packet packet)
    {
        packet = _spares[0];
        if (length >= _firstRoom + ((_spares.Length - 1) * _bufferBytes))
        {
            Counters.Errors++;
            return false;
        }

        packet.SetFrame(_headroom, _port, Math.Min(length, _firstRoom));
        int used = 1;
        for (int left = length - _firstRoom; left > 0; left -= _bufferBytes)
        {
            Packet segment = _spares[used++];
            segment.SetFrame(0, _port, Math.Min(left, _bufferBytes));
            packet.AppendSegments(segment);
        }

        var header = (VirtioNetHeader*)(BufferOf(packet) + _headroom - VirtioNetHeader.Bytes);
        if (header->Flags != 0 || header->GsoType != VirtioNetHeader.GsoNone)
        {
            header->CopyTo(packet);
        }

        _spareCount -= used;
        if (_spareCount > 0)
        {
            _spares.AsSpan(used, _spareCount).CopyTo(_spares);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Look(nint result)
    {
        if (result >= 0)
        {
            return;
        }

        switch (Marshal.GetLastSystemError())
        {
            case LibC.EBADFD or Errno.ENODEV:
                _device.IsGone = true;
                break;
            case Errno.EFAULT:
                // The buffer's memory was taken away by whom it is shared with; the frame went with the attempt.
                Counters.Errors++;
                break;
        }
    }
}
