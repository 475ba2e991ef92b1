using System.Buffers.Binary;
using PollMode.Wire;

namespace PollMode.Drivers.AfXdp.Tests;

/// <summary>Asks for the checksums of UDP datagrams that come without one, as a sender would that leaves them to the device. For IPv4 without options.</summary>
internal sealed class ChecksumRequestStage : IStage
{
    private const int IpStart = 14;
    private const int UdpStart = 34;

    /// <inheritdoc/>
    public void Process(ref Burst burst)
    {
        foreach (Packet packet in burst.Packets)
        {
            Span<byte> frame = packet.Span;
            if (frame.Length < UdpStart + 8 || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != 0x0800 || frame[IpStart] != 0x45 || frame[23] != 17 || frame[40] != 0 || frame[41] != 0)
            {
                continue;
            }

            // The sum of the pseudo-header stands where the checksum will.
            BinaryPrimitives.WriteUInt16BigEndian(frame[40..], (ushort)InternetChecksum.Sum([.. frame.Slice(26, 8), 0, 17, frame[38], frame[39]]));
            packet.ChecksumStart = UdpStart;
            packet.ChecksumOffset = 6;
            packet.Flags |= PacketFlags.TxChecksumPartial;
        }
    }
}
