using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>What drivers ask about whole bursts, with one look at each packet. Borrows the packets.</summary>
/// <remarks>
/// Nothing is decided packet by packet: words are added and joined bit by bit, and looked at once behind the last packet. Four packets in a
/// round, so that the processor foresees the last round of a usual burst.
/// </remarks>
public static unsafe class PacketSweep
{
    private const int Round = 4;

    /// <summary>Bytes of all frames, all segments together: what a queue counts.</summary>
    public static long BytesOf(ReadOnlySpan<Packet> packets)
    {
        ulong bytes = 0;
        ulong ownership = 0;
        ref Packet at = ref MemoryMarshal.GetReference(packets);
        int left = packets.Length;
        for (; left >= Round; left -= Round)
        {
            PacketMetadata* first = at.Metadata;
            PacketMetadata* second = Unsafe.Add(ref at, 1).Metadata;
            PacketMetadata* third = Unsafe.Add(ref at, 2).Metadata;
            PacketMetadata* fourth = Unsafe.Add(ref at, 3).Metadata;
            bytes += (uint)first->Length;
            bytes += (uint)second->Length;
            bytes += (uint)third->Length;
            bytes += (uint)fourth->Length;
            ownership |= first->Ownership | second->Ownership | third->Ownership | fourth->Ownership;
            at = ref Unsafe.Add(ref at, Round);
        }

        for (; left > 0; left--)
        {
            bytes += (uint)at.Metadata->Length;
            ownership |= at.Metadata->Ownership;
            at = ref Unsafe.Add(ref at, 1);
        }

        return PacketMetadata.SegmentsIn(ownership) == 1 ? (long)bytes : BytesOfChains(packets);
    }

    /// <summary>Bytes of all frames, all segments together; and whether all packets came in by a port.</summary>
    public static long BytesOf(ReadOnlySpan<Packet> packets, int port, out bool allCameByPort)
    {
        ulong bytes = 0;
        ulong ownership = 0;
        ulong any = 0;
        ulong all = ulong.MaxValue;
        ref Packet at = ref MemoryMarshal.GetReference(packets);
        int left = packets.Length;
        for (; left >= Round; left -= Round)
        {
            PacketMetadata* first = at.Metadata;
            PacketMetadata* second = Unsafe.Add(ref at, 1).Metadata;
            PacketMetadata* third = Unsafe.Add(ref at, 2).Metadata;
            PacketMetadata* fourth = Unsafe.Add(ref at, 3).Metadata;
            bytes += (uint)first->Length;
            bytes += (uint)second->Length;
            bytes += (uint)third->Length;
            bytes += (uint)fourth->Length;
            ownership |= first->Ownership | second->Ownership | third->Ownership | fourth->Ownership;
            any |= first->Extent | second->Extent | third->Extent | fourth->Extent;
            all &= first->Extent & second->Extent & third->Extent & fourth->Extent;
            at = ref Unsafe.Add(ref at, Round);
        }

        for (; left > 0; left--)
        {
            bytes += (uint)at.Metadata->Length;
            ownership |= at.Metadata->Ownership;
            any |= at.Metadata->Extent;
            all &= at.Metadata->Extent;
            at = ref Unsafe.Add(ref at, 1);
        }

        // Every bit of the port was the same in all packets if it is so in the two words.
        allCameByPort = PacketMetadata.PortIn(any) == (ushort)port && PacketMetadata.PortIn(all) == (ushort)port;
        return PacketMetadata.SegmentsIn(ownership) == 1 ? (long)bytes : BytesOfChains(packets);
    }

    private static long BytesOfChains(ReadOnlySpan<Packet> packets)
    {
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bytes += packet.TotalLength;
        }

        return bytes;
    }
}
