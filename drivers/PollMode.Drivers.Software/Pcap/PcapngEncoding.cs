using System.Buffers.Binary;
using System.Text;

namespace PollMode.Drivers.Software;

/// <summary>Writes pcapng: one section, one interface with nanoseconds, enhanced packet blocks, with their direction where it is known.</summary>
internal sealed class PcapngEncoding : CaptureEncoding
{
    private const ushort OptionUserApplication = 4;
    private const ushort OptionInterfaceName = 2;
    private const ushort OptionResolution = 9;
    private const ushort OptionFlags = 2;
    private const int FlagsBytes = 12;

    private readonly byte[] _header;

    internal PcapngEncoding(int snapLength, string interfaceName)
    {
        _header =
        [
            .. Block(PcapngFormat.SectionHeader,
            [
                .. Little(PcapngFormat.ByteOrderMagic), 1, 0, 0, 0,

                // The section's length is not known beforehand.
                .. Little(uint.MaxValue), .. Little(uint.MaxValue),
                .. Option(OptionUserApplication, "PollMode"u8), .. Little(0),
            ]),
            .. Block(PcapngFormat.InterfaceDescription,
            [
                CaptureFormat.Ethernet, 0, 0, 0, .. Little((uint)snapLength),
                .. Option(OptionInterfaceName, Encoding.UTF8.GetBytes(interfaceName)), .. Option(OptionResolution, [9]), .. Little(0),
            ]),
        ];
    }

    internal override ReadOnlyMemory<byte> Header => _header;

    internal override string Name => "pcapng";

    internal override int RecordBytes(int captured, CaptureDirection direction) =>
        PcapngFormat.EnhancedHeaderBytes + Padded(captured) + (direction == CaptureDirection.Unknown ? 0 : FlagsBytes) + PcapngFormat.TrailerBytes;

    internal override int RecordBytesAt(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt32LittleEndian(record[4..]);

    internal override int Write(Span<byte> record, int captured, int original, long timestampNanoseconds, CaptureDirection direction)
    {
        int bytes = RecordBytes(captured, direction);
        BinaryPrimitives.WriteUInt32LittleEndian(record, PcapngFormat.EnhancedPacket);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)((ulong)timestampNanoseconds >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(record[16..], (uint)timestampNanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(record[20..], captured);
        BinaryPrimitives.WriteInt32LittleEndian(record[24..], original);
        int end = PcapngFormat.EnhancedHeaderBytes + Padded(captured);
        record[(PcapngFormat.EnhancedHeaderBytes + captured)..end].Clear();
        if (direction != CaptureDirection.Unknown)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(record[end..], OptionFlags);
            BinaryPrimitives.WriteUInt16LittleEndian(record[(end + 2)..], sizeof(uint));
            BinaryPrimitives.WriteUInt32LittleEndian(record[(end + 4)..], (uint)direction);
            BinaryPrimitives.WriteUInt32LittleEndian(record[(end + 8)..], 0);
        }

        BinaryPrimitives.WriteInt32LittleEndian(record[(bytes - PcapngFormat.TrailerBytes)..], bytes);
        return PcapngFormat.EnhancedHeaderBytes;
    }

    private static int Padded(int bytes) => (bytes + 3) & ~3;

    private static byte[] Block(uint type, byte[] body) =>
        [.. Little(type), .. Little((uint)body.Length + 12), .. body, .. Little((uint)body.Length + 12)];

    private static byte[] Option(ushort code, ReadOnlySpan<byte> value) =>
        [(byte)code, 0, (byte)value.Length, (byte)(value.Length >> 8), .. value, .. new byte[Padded(value.Length) - value.Length]];

    private static byte[] Little(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
