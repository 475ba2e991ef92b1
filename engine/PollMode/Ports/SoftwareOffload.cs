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
    /// <returns>
    /// <see cref="OffloadResult.NeedsBuffer"/> if others hold it as well, or there is no room in front for a tag: a copy could be finished.
    /// </returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static OffloadResult FinishInPlace(Packet packet)
    {
        PacketFlags flags = packet.Flags;
        bool tagged = (flags & PacketFlags.HasVlan) != 0;
        if ((flags & Segmentation) != 0 || !IsChecksumInside(packet) || (tagged && packet.TotalLength < AddressBytes))
        {
            return OffloadResult.Impossible;
        }

        if (packet.ReferenceCount > 1 || (tagged && (packet.Headroom < TagBytes || packet.Length < AddressBytes)))
        {
            return OffloadResult.NeedsBuffer;
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
        return OffloadResult.Done;
    }

    /// <summary>As <see cref="FinishInPlace"/>, on a copy where the packet itself must not be changed.</summary>
    /// <param name="packet">The packet, which stays the caller's; the copy in its place, if there is one, which is the caller's as well.</param>
    /// <param name="pool">The calling worker's pool, for the copy. Borrowed.</param>
    /// <returns><see cref="OffloadResult.NeedsBuffer"/> if a copy was needed and the pool has not enough buffers.</returns>
    public static OffloadResult Finish(ref Packet packet, Mempool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        OffloadResult result = FinishInPlace(packet);
        if (result != OffloadResult.NeedsBuffer || !pool.TryCopy(packet, out Packet copy, TagBytes))
        {
            return result;
        }

        packet = copy;
        return FinishInPlace(copy);
    }

    /// <summary>Whether the checksum that a packet leaves open lies inside its frame; true as well if it leaves none open. No device completes another.</summary>
    /// <param name="packet">The packet. Borrowed.</param>
    public static bool IsChecksumInside(Packet packet) =>
        (packet.Flags & PacketFlags.TxChecksumPartial) == 0 || packet.ChecksumStart + packet.ChecksumOffset + sizeof(ushort) <= packet.TotalLength;

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

    /// <summary>Completes the checksum of a packet of any number of buffers, and clears the request.</summary>
    /// <param name="packet">The packet, whose checksum lies inside (<see cref="IsChecksumInside"/>). Borrowed; nobody else may hold it.</param>
    public static void CompleteChecksum(Packet packet)
    {
        int start = packet.ChecksumStart;
        int at = start + packet.ChecksumOffset;
        packet.Flags &= ~PacketFlags.TxChecksumPartial;
        if (packet.SegmentCount == 1)
        {
            _ = TryCompleteChecksum(packet.Span, start, packet.ChecksumOffset);
            return;
        }

        var sum = default(SummedParts);
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            int skip = Math.Min(start, segment.Length);
            sum.Add(segment.Span[skip..]);
            start -= skip;
        }

        // The headers of a chain may be spread over several buffers: the field itself, too.
        ushort checksum = InternetChecksum.FinishUdp(sum.Sum);
        ByteAt(packet, at) = (byte)(checksum >> 8);
        ByteAt(packet, at + 1) = (byte)checksum;
    }

    private static ref byte ByteAt(Packet packet, int at)
    {
        for (; at >= packet.Length; packet = packet.NextSegment)
        {
            at -= packet.Length;
        }

        return ref packet.Span[at];
    }

    private static void PutTag(Packet packet)
    {
        _ = packet.TryPrepend(TagBytes, out _);
        Span<byte> frame = packet.Span;
        frame.Slice(TagBytes, AddressBytes).CopyTo(frame);
        frame[AddressBytes] = 0x81;
        frame[AddressBytes + 1] = 0x00;
        BinaryPrimitives.WriteUInt16BigEndian(frame[(AddressBytes + 2)..], packet.VlanTci);
    }
}
