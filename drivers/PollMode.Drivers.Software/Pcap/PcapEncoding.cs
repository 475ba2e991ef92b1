using System.Buffers.Binary;

namespace PollMode.Drivers.Software;

/// <summary>Writes pcap with nanoseconds, so that no timestamp loses anything.</summary>
internal sealed class PcapEncoding : CaptureEncoding
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly byte[] _header = new byte[PcapFormat.HeaderBytes];

    internal PcapEncoding(int snapLength)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_header, PcapFormat.Nanoseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(_header.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(_header.AsSpan(6), 4);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(16), snapLength);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(20), CaptureFormat.Ethernet);
    }

    internal override ReadOnlyMemory<byte> Header => _header;

    internal override string Name => "pcap, nanoseconds";

    internal override int RecordBytes(int captured, CaptureDirection direction) => PcapFormat.RecordHeaderBytes + captured;

    internal override int RecordBytesAt(ReadOnlySpan<byte> record) =>
        PcapFormat.RecordHeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(record[8..]);

    internal override int Write(Span<byte> record, int captured, int original, long timestampNanoseconds, CaptureDirection direction)
    {
        ulong seconds = (ulong)timestampNanoseconds / NanosecondsPerSecond;
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)((ulong)timestampNanoseconds - (seconds * NanosecondsPerSecond)));
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], captured);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], original);
        return PcapFormat.RecordHeaderBytes;
    }
}
