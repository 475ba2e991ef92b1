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
        int most = packet.SegmentCount + GatheredFrame.ExtraVectors;
        if (most > MostVectors)
        {
            // More pieces than one system call takes: no frame of a kernel's has that many.
            Counters.Errors++;
            return 0;
        }

        VirtioNetHeader header;
        byte* tag = stackalloc byte[GatheredFrame.TagBytes];
        IoVector* vectors = stackalloc IoVector[most];
        return LibC.Writev(_descriptor, vectors, GatheredFrame.Describe(packet, &header, tag, vectors));
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
