using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollMode.Linux;

namespace PollMode.Drivers.Tap;

/// <summary>
/// Writes frames to the kernel, which copies each before the call returns: so every packet taken is home at once. The virtio header goes
/// into the headroom, where there is some and nobody else holds the packet.
/// </summary>
internal sealed unsafe class TapTxQueue : ITxQueue
{
    private const int AddressBytes = 12;
    private const int TagBytes = 4;
    private const int MostVectors = 1024;

    private readonly TapDevice _device;
    private readonly int _descriptor;
    private readonly Mempool _pool;

    internal TapTxQueue(TapDevice device, int descriptor, Mempool pool)
    {
        _device = device;
        _descriptor = descriptor;
        _pool = pool;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int sent = 0;
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bool simple = packet.SegmentCount == 1 && packet.ReferenceCount == 1 && packet.Headroom >= VirtioNetHeader.Bytes && (packet.Flags & PacketFlags.HasVlan) == 0;
            nint written = simple ? WriteOne(packet) : WriteParts(packet);
            if (written < 0 && !TakeFailed())
            {
                break;
            }

            bytes += packet.TotalLength;
            sent++;
        }

        _pool.Return(packets[..sent]);
        Counters.Packets += sent;
        Counters.Bytes += bytes;
        return sent;
    }

    private nint WriteOne(Packet packet)
    {
        byte* start = packet.DataPointer - VirtioNetHeader.Bytes;
        Unsafe.WriteUnaligned(start, VirtioNetHeader.Of(packet, 0));
        return LibC.Write(_descriptor, start, (nuint)(packet.Length + VirtioNetHeader.Bytes));
    }

    /// <summary>Writes a chain, a shared packet, or one whose VLAN tag is to be put in, without touching its bytes.</summary>
    private nint WriteParts(Packet packet)
    {
        int count = packet.SegmentCount + 3;
        if (count > MostVectors)
        {
            // More pieces than one system call takes: no frame of a kernel's has that many.
            Counters.Errors++;
            return 0;
        }

        bool tagged = (packet.Flags & PacketFlags.HasVlan) != 0 && packet.Length >= AddressBytes;
        VirtioNetHeader header = VirtioNetHeader.Of(packet, tagged ? TagBytes : 0);
        byte* tag = stackalloc byte[TagBytes] { 0x81, 0x00, (byte)(packet.VlanTci >> 8), (byte)packet.VlanTci };
        IoVector* vectors = stackalloc IoVector[count];
        int used = 0;
        vectors[used++] = new IoVector(&header, VirtioNetHeader.Bytes);
        int skip = 0;
        if (tagged)
        {
            vectors[used++] = new IoVector(packet.DataPointer, AddressBytes);
            vectors[used++] = new IoVector(tag, TagBytes);
            skip = AddressBytes;
        }

        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            vectors[used++] = new IoVector(segment.DataPointer + skip, segment.Length - skip);
            skip = 0;
        }

        return LibC.Writev(_descriptor, vectors, used);
    }

    /// <summary>Whether a frame that the kernel refused is taken all the same, and counted as lost: all but "no room now".</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TakeFailed()
    {
        switch (Marshal.GetLastSystemError())
        {
            case Errno.EAGAIN or Errno.ENOBUFS or Errno.ENOMEM or Errno.EINTR:
                return false;
            case LibC.EBADFD:
                _device.IsGone = true;
                Counters.Dropped++;
                return true;
            case LibC.EIO:
                Counters.Dropped++;
                return true;
            default:
                Counters.Errors++;
                return true;
        }
    }
}
