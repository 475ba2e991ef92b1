using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp;

/// <summary>
/// What the XDP program writes right in front of a received frame where the device tells more than the bytes. A mark says that it is there:
/// the program may find no room for it.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct RxMetadata
{
    internal const int Bytes = 32;

    /// <summary>The last word, next to the frame.</summary>
    internal const uint Mark = 0x504d_5258;

    [FieldOffset(0)] internal ulong Timestamp;
    [FieldOffset(8)] internal uint Hash;
    [FieldOffset(12)] internal uint HashType;
    [FieldOffset(16)] internal ushort VlanProtocol;
    [FieldOffset(18)] internal ushort VlanTci;
    [FieldOffset(20)] internal uint Facts;
    [FieldOffset(28)] internal uint Marked;

    /// <summary>What packets say about themselves when the program asks the device for these facts.</summary>
    internal static PacketFlags FlagsOf(RxFacts facts) =>
        ((facts & RxFacts.Timestamp) != 0 ? PacketFlags.HasTimestamp : 0)
        | ((facts & RxFacts.Hash) != 0 ? PacketFlags.HasRxHash : 0)
        | ((facts & RxFacts.Vlan) != 0 ? PacketFlags.HasVlan : 0);

    /// <summary>Takes the mark away, before the buffer goes to the kernel.</summary>
    /// <param name="frame">Where the kernel will put the frame's first byte.</param>
    internal static void Clear(byte* frame) => ((RxMetadata*)(frame - Bytes))->Marked = 0;

    /// <summary>Tells a packet what is written in front of it, if anything is.</summary>
    internal static void Apply(Packet packet)
    {
        if (packet.Headroom < Bytes)
        {
            return;
        }

        var metadata = (RxMetadata*)(packet.DataPointer - Bytes);
        if (metadata->Marked != Mark)
        {
            return;
        }

        metadata->Marked = 0;
        if ((metadata->Facts & (uint)RxFacts.Timestamp) != 0)
        {
            packet.TimestampNanoseconds = (long)metadata->Timestamp;
        }

        if ((metadata->Facts & (uint)RxFacts.Hash) != 0)
        {
            packet.RxHash = metadata->Hash;
        }

        if ((metadata->Facts & (uint)RxFacts.Vlan) != 0)
        {
            packet.VlanTci = metadata->VlanTci;
        }
    }
}
