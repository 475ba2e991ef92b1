using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PollMode.Wire;

namespace PollMode;

/// <summary>
/// Does what a packet leaves to its device, for a device that does not do it: completes a checksum, puts a VLAN tag into the frame. What is
/// larger than a frame is cut by a <see cref="SegmentCutter"/>. A packet that others hold as well is not touched but copied.
/// </summary>
public static class SoftwareOffload
{
    /// <summary>The flags of a frame that is to be cut into several.</summary>
    public const PacketFlags Segmentation = PacketFlags.SegmentTcpV4 | PacketFlags.SegmentTcpV6 | PacketFlags.SegmentUdp;

    /// <summary>Everything that a packet may leave to its device and that decides what is on the wire.</summary>
    public const PacketFlags Requests = PacketFlags.TxChecksumPartial | PacketFlags.HasVlan | Segmentation | PacketFlags.SegmentEcn;

    private const int AddressBytes = 12;
    private const int TagBytes = 4;

    /// <summary>Completes the checksum and puts the VLAN tag in, whichever is asked for, and clears the requests.</summary>
    /// <param name="packet">The packet. Borrowed.</param>
    /// <returns>False, with nothing changed, if others hold it as well, if it has no headroom for a tag, or if it is to be cut.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryFinishInPlace(Packet packet)
    {
        PacketFlags flags = packet.Flags;
        bool tagged = (flags & PacketFlags.HasVlan) != 0;
        if ((flags & Segmentation) != 0 || packet.ReferenceCount > 1 || (tagged && packet.Headroom < TagBytes))
        {
            return false;
        }

        // The checksum counts from the frame's first byte, so it comes before the tag moves that.
        if ((flags & PacketFlags.TxChecksumPartial) != 0)
        {
            CompleteChecksum(packet);
        }

        if (tagged)
        {
            PutTag(packet);
        }

        packet.Flags = flags & ~Requests;
        return true;
    }

    /// <summary>As <see cref="TryFinishInPlace"/>, on a copy where the packet itself must not be changed.</summary>
    /// <param name="packet">The packet, which stays the caller's; the copy in its place, if there is one, which is the caller's as well.</param>
    /// <param name="pool">The calling worker's pool, for the copy. Borrowed.</param>
    /// <returns>False, with nothing changed, if a copy was needed and the pool has not enough buffers, or if the packet is to be cut.</returns>
    public static bool TryFinish(ref Packet packet, Mempool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        if (TryFinishInPlace(packet))
        {
            return true;
        }

        if ((packet.Flags & Segmentation) != 0 || !pool.TryCopy(packet, out Packet copy, TagBytes))
        {
            return false;
        }

        packet = copy;
        return TryFinishInPlace(copy);
    }

    /// <summary>Completes a checksum whose field holds the sum of its pseudo-header, in a frame that lies in one piece.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="start">Where the sum starts, in bytes from the frame's first.</param>
    /// <param name="offset">Where it is stored, in bytes from <paramref name="start"/>.</param>
    /// <returns>False, with nothing changed, if that place is outside the frame.</returns>
    public static bool TryCompleteChecksum(Span<byte> frame, int start, int offset)
    {
        if ((uint)start + (uint)offset + sizeof(ushort) > (uint)frame.Length)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame[(start + offset)..], InternetChecksum.FinishUdp(InternetChecksum.Sum(frame[start..])));
        return true;
    }

    private static void CompleteChecksum(Packet packet)
    {
        int start = packet.ChecksumStart;
        if (packet.SegmentCount == 1)
        {
            _ = TryCompleteChecksum(packet.Span, start, packet.ChecksumOffset);
            return;
        }

        int at = start + packet.ChecksumOffset;
        if (at + sizeof(ushort) > packet.Length)
        {
            return;
        }

        var sum = default(SummedParts);
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            sum.Add(segment.Span[start..]);
            start = 0;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet.Span[at..], InternetChecksum.FinishUdp(sum.Sum));
    }

    private static void PutTag(Packet packet)
    {
        if (packet.Length < AddressBytes || !packet.TryPrepend(TagBytes, out _))
        {
            return;
        }

        Span<byte> frame = packet.Span;
        frame.Slice(TagBytes, AddressBytes).CopyTo(frame);
        frame[AddressBytes] = 0x81;
        frame[AddressBytes + 1] = 0x00;
        BinaryPrimitives.WriteUInt16BigEndian(frame[(AddressBytes + 2)..], packet.VlanTci);
    }
}
