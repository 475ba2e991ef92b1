using System.Buffers.Binary;

namespace PollMode.Drivers.Software;

/// <summary>
/// The classic pcap format (draft-ietf-opsawg-pcap): a header of 24 bytes, then records of 16 bytes and the frame. Both byte orders, micro- and nanoseconds.
/// </summary>
internal sealed class PcapFormat : CaptureFormat
{
    internal const uint Microseconds = 0xA1B2C3D4;
    internal const uint Nanoseconds = 0xA1B23C4D;
    internal const int HeaderBytes = 24;
    internal const int RecordHeaderBytes = 16;

    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly bool _bigEndian;
    private readonly int _unit;
    private bool _hasHeader;

    internal PcapFormat(bool bigEndian, int nanosecondUnits)
    {
        _bigEndian = bigEndian;
        _unit = nanosecondUnits;
    }

    internal override string Name => _unit == 1 ? "pcap, nanoseconds" : "pcap, microseconds";

    internal override void Reset() => _hasHeader = false;

    internal override CaptureParse Read(ReadOnlySpan<byte> bytes, ref CapturedFrame frame, out long consumed)
    {
        consumed = 0;
        if (!_hasHeader)
        {
            return ReadHeader(bytes, out consumed);
        }

        if (bytes.Length < RecordHeaderBytes)
        {
            return CaptureParse.NeedMore;
        }

        uint captured = ReadUInt32(bytes[8..]);
        if (captured > MaxFrameBytes)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, captured);
        }

        int length = (int)captured;
        if (bytes.Length - RecordHeaderBytes < length)
        {
            return CaptureParse.NeedMore;
        }

        frame.Offset = RecordHeaderBytes;
        frame.Length = length;
        frame.OriginalLength = ReadUInt32(bytes[12..]);
        frame.TimestampNanoseconds = (ReadUInt32(bytes) * NanosecondsPerSecond) + ((long)ReadUInt32(bytes[4..]) * _unit);
        frame.HasTimestamp = true;
        consumed = RecordHeaderBytes + length;
        return CaptureParse.Frame;
    }

    private CaptureParse ReadHeader(ReadOnlySpan<byte> bytes, out long consumed)
    {
        consumed = 0;
        if (bytes.Length < HeaderBytes)
        {
            return CaptureParse.NeedMore;
        }

        ushort major = _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (major != 2)
        {
            return Corrupt(CaptureFaultKind.BadVersion, major);
        }

        // The upper half says whether frames end with an FCS; hardly anybody sets it.
        uint linkType = ReadUInt32(bytes[20..]) & 0xFFFF;
        if (linkType != Ethernet)
        {
            return Corrupt(CaptureFaultKind.BadLinkType, linkType);
        }

        _hasHeader = true;
        consumed = HeaderBytes;
        return CaptureParse.Other;
    }

    private uint ReadUInt32(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
