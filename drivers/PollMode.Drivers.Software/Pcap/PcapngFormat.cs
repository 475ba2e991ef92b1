using System.Buffers.Binary;

namespace PollMode.Drivers.Software;

/// <summary>
/// The pcapng format (draft-ietf-opsawg-pcapng): sections, each in its own byte order, made of blocks. Reads section headers, interfaces,
/// and enhanced, simple and obsolete packet blocks; passes over all others.
/// </summary>
internal sealed class PcapngFormat : CaptureFormat
{
    internal const uint SectionHeader = 0x0A0D0D0A;
    internal const uint ByteOrderMagic = 0x1A2B3C4D;
    internal const uint InterfaceDescription = 1;
    internal const uint EnhancedPacket = 6;
    internal const int EnhancedHeaderBytes = 28;
    internal const int TrailerBytes = 4;

    private const uint ObsoletePacket = 2;
    private const uint SimplePacket = 3;
    private const int SimpleHeaderBytes = 12;
    private const int MinBlockBytes = 12;
    private const int MinSectionBytes = 28;
    private const int MinInterfaceBytes = 20;
    private const int MaxInterfaces = 65536;

    private const ushort OptionResolution = 9;
    private const ushort OptionOffset = 14;

    private readonly List<PcapngInterface> _interfaces = new(16);
    private bool _bigEndian;
    private bool _inSection;

    internal override string Name => "pcapng";

    /// <summary>Frames passed over because their interface is not Ethernet.</summary>
    internal long OtherLinkFrames { get; private set; }

    /// <summary>Link type of the first interface that is not Ethernet; -1 while there is none.</summary>
    internal int OtherLinkType { get; private set; } = -1;

    internal override void Reset()
    {
        _interfaces.Clear();
        _inSection = false;
    }

    internal override CaptureParse Read(ReadOnlySpan<byte> bytes, ref CapturedFrame frame, out long consumed)
    {
        consumed = 0;
        if (bytes.Length < MinBlockBytes)
        {
            return CaptureParse.NeedMore;
        }

        uint type = ReadUInt32(bytes);
        if (type == SectionHeader)
        {
            // The type reads the same in both byte orders; everything after it is in the order that the mark shows.
            if (!TryReadByteOrder(bytes[8..]))
            {
                return Corrupt(CaptureFaultKind.BadByteOrder, ReadUInt32(bytes[8..]));
            }
        }
        else if (!_inSection)
        {
            return Corrupt(CaptureFaultKind.BadByteOrder, type);
        }

        uint length = ReadUInt32(bytes[4..]);
        if (length < MinBlockBytes || length % 4 != 0)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, length);
        }

        if (type is not (SectionHeader or InterfaceDescription or EnhancedPacket or SimplePacket or ObsoletePacket))
        {
            consumed = length;
            return CaptureParse.Other;
        }

        if (length > CaptureStream.MaxRecordBytes)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, length);
        }

        if (bytes.Length < length)
        {
            return CaptureParse.NeedMore;
        }

        ReadOnlySpan<byte> block = bytes[..(int)length];
        if (ReadUInt32(block[^TrailerBytes..]) != length)
        {
            return Corrupt(CaptureFaultKind.LengthsDiffer, length);
        }

        consumed = length;
        return type switch
        {
            SectionHeader => ReadSection(block),
            InterfaceDescription => ReadInterface(block),
            SimplePacket => ReadSimplePacket(block, ref frame),
            _ => ReadPacket(block, type == ObsoletePacket, ref frame),
        };
    }

    private bool TryReadByteOrder(ReadOnlySpan<byte> mark)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(mark) == ByteOrderMagic)
        {
            _bigEndian = false;
            return true;
        }

        _bigEndian = BinaryPrimitives.ReadUInt32BigEndian(mark) == ByteOrderMagic;
        return _bigEndian;
    }

    private CaptureParse ReadSection(ReadOnlySpan<byte> block)
    {
        if (block.Length < MinSectionBytes)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, block.Length);
        }

        ushort major = ReadUInt16(block[12..]);
        if (major != 1)
        {
            return Corrupt(CaptureFaultKind.BadVersion, major);
        }

        _interfaces.Clear();
        _inSection = true;
        return CaptureParse.Other;
    }

    private CaptureParse ReadInterface(ReadOnlySpan<byte> block)
    {
        if (block.Length < MinInterfaceBytes)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, block.Length);
        }

        if (_interfaces.Count == MaxInterfaces)
        {
            return Corrupt(CaptureFaultKind.TooManyInterfaces, MaxInterfaces);
        }

        int linkType = ReadUInt16(block[8..]);
        byte resolution = 6;
        long offset = 0;
        ReadOnlySpan<byte> options = block[16..^TrailerBytes];
        while (options.Length >= 4)
        {
            ushort code = ReadUInt16(options);
            int length = ReadUInt16(options[2..]);
            int padded = 4 + ((length + 3) & ~3);
            if (code == 0 || padded > options.Length)
            {
                break;
            }

            if (code == OptionResolution && length >= 1)
            {
                resolution = options[4];
            }
            else if (code == OptionOffset && length >= 8)
            {
                offset = _bigEndian ? BinaryPrimitives.ReadInt64BigEndian(options[4..]) : BinaryPrimitives.ReadInt64LittleEndian(options[4..]);
            }

            options = options[padded..];
        }

        if (linkType != Ethernet && OtherLinkType < 0)
        {
            OtherLinkType = linkType;
        }

        _interfaces.Add(new PcapngInterface(linkType == Ethernet, linkType, ReadUInt32(block[12..]), new CaptureClock(resolution, offset)));
        return CaptureParse.Other;
    }

    private CaptureParse ReadPacket(ReadOnlySpan<byte> block, bool obsolete, ref CapturedFrame frame)
    {
        int room = block.Length - EnhancedHeaderBytes - TrailerBytes;
        if (room < 0)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, block.Length);
        }

        uint captured = ReadUInt32(block[20..]);
        if (captured > (uint)room || captured > MaxFrameBytes)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, captured);
        }

        uint index = obsolete ? ReadUInt16(block[8..]) : ReadUInt32(block[8..]);
        if (index >= (uint)_interfaces.Count)
        {
            return Corrupt(CaptureFaultKind.UnknownInterface, index);
        }

        PcapngInterface from = _interfaces[(int)index];
        if (!from.IsEthernet)
        {
            OtherLinkFrames++;
            return CaptureParse.Other;
        }

        frame.Offset = EnhancedHeaderBytes;
        frame.Length = (int)captured;
        frame.OriginalLength = ReadUInt32(block[24..]);
        frame.TimestampNanoseconds = from.Clock.ToNanoseconds(((ulong)ReadUInt32(block[12..]) << 32) | ReadUInt32(block[16..]));
        frame.HasTimestamp = true;
        return CaptureParse.Frame;
    }

    /// <summary>A simple packet has neither a time nor a captured length: that is what the wire, the snap length and the block leave of it.</summary>
    private CaptureParse ReadSimplePacket(ReadOnlySpan<byte> block, ref CapturedFrame frame)
    {
        int room = block.Length - SimpleHeaderBytes - TrailerBytes;
        if (room < 0)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, block.Length);
        }

        if (_interfaces.Count == 0)
        {
            return Corrupt(CaptureFaultKind.UnknownInterface, 0);
        }

        uint original = ReadUInt32(block[8..]);
        uint captured = _interfaces[0].SnapLength is > 0 and uint snap ? Math.Min(original, snap) : original;
        if (captured > (uint)room || captured > MaxFrameBytes)
        {
            return Corrupt(CaptureFaultKind.AbsurdLength, captured);
        }

        if (!_interfaces[0].IsEthernet)
        {
            OtherLinkFrames++;
            return CaptureParse.Other;
        }

        frame.Offset = SimpleHeaderBytes;
        frame.Length = (int)captured;
        frame.OriginalLength = original;
        frame.TimestampNanoseconds = 0;
        frame.HasTimestamp = false;
        return CaptureParse.Frame;
    }

    private ushort ReadUInt16(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private uint ReadUInt32(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
