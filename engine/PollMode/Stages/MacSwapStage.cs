using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PollMode.Wire;

namespace PollMode;

/// <summary>
/// Exchanges destination and source address of every frame: what a lone port needs to answer whoever sends to it. A frame without a whole
/// Ethernet header is dropped as malformed. A shared packet is copied first, since it is read-only.
/// </summary>
public sealed unsafe class MacSwapStage : IStage
{
    private const int AddressBytes = 2 * MacAddress.Bytes;

    /// <summary>Fewer bytes than one exchange takes, as an extent: the length is the upper half of the word.</summary>
    /// <remarks>Like the order, a field and not a constant: what a method begins with stays in a register, and a constant is fetched anew for each frame.</remarks>
    private readonly ulong _least = (ulong)Vector128<byte>.Count << PacketMetadata.LengthShift;

    /// <summary>Both addresses exchanged by one shuffle; bytes 12 to 15 go back as they were.</summary>
    private readonly Vector128<byte> _exchanged = Vector128.Create((byte)6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15);

    /// <inheritdoc/>
    public string Name => "mac-swap";

    /// <inheritdoc/>
    public bool KeepsLengths => true;

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        ReadOnlySpan<Packet> packets = burst.Packets;
        Vector128<byte> exchanged = _exchanged;
        ulong least = _least;
        for (int i = 0; i < packets.Length; i++)
        {
            PacketMetadata* metadata = packets[i].Metadata;
            ulong extent = metadata->Extent;
            if (extent < least || metadata->ReferenceCount != 1)
            {
                // Not from within the loop, which a call would slow down also where it is not made.
                ProcessFrom(ref burst, i);
                return;
            }

            Exchange(metadata->Buffer + (ushort)extent, exchanged);
        }
    }

    /// <summary>Exchanges the addresses of a frame of at least sixteen bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange(byte* frame, Vector128<byte> exchanged) => Vector128.ShuffleNative(Vector128.Load(frame), exchanged).Store(frame);

    /// <summary>From a packet on that is short or shared.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ProcessFrom(ref Burst burst, int index)
    {
        for (; index < burst.Count; index++)
        {
            Packet packet = burst[index];
            if (packet.Length >= Vector128<byte>.Count && packet.ReferenceCount == 1)
            {
                Exchange(packet.DataPointer, _exchanged);
            }
            else
            {
                ProcessRare(ref burst, index);
            }
        }
    }

    private static void ProcessRare(ref Burst burst, int index)
    {
        if (burst[index].Length < EthernetFrame.HeaderBytes)
        {
            burst.Drop(index, DropReason.Malformed);
            return;
        }

        if (burst.TryMakeWritable(index))
        {
            Span<byte> addresses = burst[index].Span[..AddressBytes];
            Span<byte> destination = stackalloc byte[MacAddress.Bytes];
            addresses[..MacAddress.Bytes].CopyTo(destination);
            addresses[MacAddress.Bytes..].CopyTo(addresses);
            destination.CopyTo(addresses[MacAddress.Bytes..]);
        }
    }
}
