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

    /// <inheritdoc/>
    public string Name => "mac-swap";

    /// <inheritdoc/>
    public bool KeepsLengths => true;

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        // One shuffle for both addresses; bytes 12 to 15 go back as they were.
        var exchange = Vector128.Create((byte)6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15);
        ReadOnlySpan<Packet> packets = burst.Packets;
        for (int i = 0; i < packets.Length; i++)
        {
            PacketMetadata* metadata = packets[i].Metadata;
            if (metadata->Length >= Vector128<byte>.Count && metadata->ReferenceCount == 1)
            {
                byte* frame = metadata->Buffer + metadata->DataOffset;
                Vector128.Shuffle(Vector128.Load(frame), exchange).Store(frame);
            }
            else
            {
                ProcessRare(ref burst, i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
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
