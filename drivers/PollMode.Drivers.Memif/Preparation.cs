using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PollMode.Wire;

namespace PollMode.Drivers.Memif;

/// <summary>
/// Makes a packet fit for a memif, which has no metadata: puts a VLAN tag into the frame, completes a checksum. A packet that others hold as
/// well is not touched but copied.
/// </summary>
internal sealed class Preparation
{
    /// <summary>What must be done before a packet is sent. Large segments cannot be.</summary>
    internal const PacketFlags Work = PacketFlags.TxChecksumPartial | PacketFlags.HasVlan | Impossible;

    private const PacketFlags Impossible = PacketFlags.SegmentTcpV4 | PacketFlags.SegmentTcpV6 | PacketFlags.SegmentUdp;
    private const int AddressBytes = 12;
    private const int TagBytes = 4;

    private readonly Mempool _pool;

    internal Preparation(Mempool pool) => _pool = pool;

    /// <summary>Copies a packet, with what is known about it, into buffers of the pool.</summary>
    /// <returns>None if there are not enough.</returns>
    internal Packet Copy(Packet packet)
    {
        if (!_pool.TryRent(out Packet copy))
        {
            return default;
        }

        copy.SetFrame(_pool.Arena.HeadroomBytes, packet.Port, 0);
        Packet last = copy;
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            ReadOnlySpan<byte> bytes = segment.Span;
            while (bytes.Length > 0)
            {
                if (last.Tailroom == 0)
                {
                    if (!_pool.TryRent(out Packet next))
                    {
                        _pool.Return(copy);
                        return default;
                    }

                    next.SetFrame(0, packet.Port, 0);
                    copy.AppendSegments(next);
                    last = next;
                }

                int count = Math.Min(bytes.Length, last.Tailroom);
                last.TryAppend(count, out Span<byte> to);
                bytes[..count].CopyTo(to);
                bytes = bytes[count..];
            }
        }

        copy.Flags = packet.Flags;
        copy.ChecksumStart = packet.ChecksumStart;
        copy.ChecksumOffset = packet.ChecksumOffset;
        return WithTag(copy, packet);
    }

    /// <summary>Does what the packet's flags ask for.</summary>
    /// <param name="packet">The packet; a copy in its place where the work could not be done on it, which the caller then owns as well.</param>
    /// <returns>False if it cannot be sent at all.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal bool TryPrepare(ref Packet packet)
    {
        if ((packet.Flags & Impossible) != 0)
        {
            return false;
        }

        if (packet.ReferenceCount > 1 || ((packet.Flags & PacketFlags.HasVlan) != 0 && packet.Headroom < TagBytes))
        {
            Packet copy = Copy(packet);
            if (copy.IsNone)
            {
                return false;
            }

            packet = copy;
        }

        // The checksum counts from the frame's first byte, so it comes before the tag moves that.
        if ((packet.Flags & PacketFlags.TxChecksumPartial) != 0)
        {
            CompleteChecksum(packet);
        }

        if ((packet.Flags & PacketFlags.HasVlan) != 0)
        {
            PutTag(packet);
        }

        packet.Flags &= ~(PacketFlags.TxChecksumPartial | PacketFlags.HasVlan);
        return true;
    }

    private static Packet WithTag(Packet copy, Packet packet)
    {
        if ((packet.Flags & PacketFlags.HasVlan) != 0)
        {
            copy.VlanTci = packet.VlanTci;
        }

        return copy;
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

    private static void CompleteChecksum(Packet packet)
    {
        int start = packet.ChecksumStart;
        int at = start + packet.ChecksumOffset;
        if (at + sizeof(ushort) > packet.Length)
        {
            return;
        }

        uint sum = 0;
        bool isOdd = false;
        int skip = start;
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            ReadOnlySpan<byte> bytes = segment.Span[skip..];
            skip = 0;
            uint part = InternetChecksum.Sum(bytes);

            // A part that starts at an odd place has its bytes swapped within the words of the whole (RFC 1071, section 2).
            sum += isOdd ? BinaryPrimitives.ReverseEndianness((ushort)part) : part;
            isOdd ^= bytes.Length % 2 != 0;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet.Span[at..], InternetChecksum.FinishUdp(sum));
    }
}
