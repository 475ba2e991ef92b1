namespace PollMode.Linux;

/// <summary>
/// A packet of any kind as the pieces of one <c>writev</c>: the virtio header, the frame's bytes where they lie, and between them the VLAN tag
/// that it asks for. Nothing of the packet is touched.
/// </summary>
public static unsafe class GatheredFrame
{
    /// <summary>Pieces beside the packet's own buffers: the header, the tag, and one more for the buffer that the tag divides.</summary>
    public const int ExtraVectors = 3;

    /// <summary>Bytes of a VLAN tag.</summary>
    public const int TagBytes = 4;

    private const int AddressBytes = 12;

    /// <summary>Writes the pieces.</summary>
    /// <param name="packet">The packet. Borrowed until the system call has returned.</param>
    /// <param name="header">Room for the header.</param>
    /// <param name="tag">Room for <see cref="TagBytes"/>.</param>
    /// <param name="vectors">Room for one piece for each buffer of the packet, and <see cref="ExtraVectors"/>.</param>
    /// <returns>How many pieces.</returns>
    public static int Describe(Packet packet, VirtioNetHeader* header, byte* tag, IoVector* vectors)
    {
        bool tagged = (packet.Flags & PacketFlags.HasVlan) != 0;
        *header = VirtioNetHeader.Of(packet, tagged ? TagBytes : 0);
        tag[0] = 0x81;
        tag[1] = 0x00;
        tag[2] = (byte)(packet.VlanTci >> 8);
        tag[3] = (byte)packet.VlanTci;
        int count = 0;
        vectors[count++] = new IoVector(header, VirtioNetHeader.Bytes);

        // Bytes until the tag's place; beyond every frame once it is behind us, or where there is none.
        int ahead = tagged ? AddressBytes : int.MaxValue;
        for (Packet segment = packet; !segment.IsNone; segment = segment.NextSegment)
        {
            byte* start = segment.DataPointer;
            int length = segment.Length;
            if (length < ahead)
            {
                ahead -= ahead == int.MaxValue ? 0 : length;
                vectors[count++] = new IoVector(start, length);
                continue;
            }

            vectors[count++] = new IoVector(start, ahead);
            vectors[count++] = new IoVector(tag, TagBytes);
            vectors[count++] = new IoVector(start + ahead, length - ahead);
            ahead = int.MaxValue;
        }

        return count;
    }
}
