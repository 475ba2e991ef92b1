using System.Buffers.Binary;

namespace PollMode.Drivers.Software;

/// <summary>Reads the records of one file format from whatever bytes are at hand. Keeps what headers said; holds no bytes, reads none outside the span.</summary>
internal abstract class CaptureFormat
{
    /// <summary>Longest frame a record may hold: the limit of libpcap (MAXIMUM_SNAPLEN) for Ethernet.</summary>
    internal const int MaxFrameBytes = 262144;

    /// <summary>LINKTYPE_ETHERNET.</summary>
    internal const int Ethernet = 1;

    /// <summary>What to call the format.</summary>
    internal abstract string Name { get; }

    /// <summary>What <see cref="Read"/> found wrong when it said <see cref="CaptureParse.Corrupt"/>; its offset counts from the record.</summary>
    internal CaptureFaultKind Fault { get; private set; }

    /// <summary>The number that is wrong.</summary>
    internal long FaultValue { get; private set; }

    /// <summary>Finds the format by a file's first four bytes, whatever its name says.</summary>
    /// <returns>Null for a format that is not known.</returns>
    internal static CaptureFormat? Detect(ReadOnlySpan<byte> start)
    {
        if (start.Length < 4)
        {
            return null;
        }

        uint little = BinaryPrimitives.ReadUInt32LittleEndian(start);
        uint big = BinaryPrimitives.ReadUInt32BigEndian(start);
        return (little, big) switch
        {
            (PcapngFormat.SectionHeader, _) => new PcapngFormat(),
            (PcapFormat.Microseconds, _) => new PcapFormat(bigEndian: false, nanosecondUnits: 1000),
            (PcapFormat.Nanoseconds, _) => new PcapFormat(bigEndian: false, nanosecondUnits: 1),
            (_, PcapFormat.Microseconds) => new PcapFormat(bigEndian: true, nanosecondUnits: 1000),
            (_, PcapFormat.Nanoseconds) => new PcapFormat(bigEndian: true, nanosecondUnits: 1),
            _ => null,
        };
    }

    /// <summary>Looks at the front of the unread bytes.</summary>
    /// <param name="bytes">The unread bytes at hand.</param>
    /// <param name="frame">The frame, if there is one.</param>
    /// <param name="consumed">Bytes of the record; may be more than are at hand when it is one to be passed over.</param>
    internal abstract CaptureParse Read(ReadOnlySpan<byte> bytes, ref CapturedFrame frame, out long consumed);

    /// <summary>Forgets what headers said: the next bytes are the file's first.</summary>
    internal abstract void Reset();

    protected CaptureParse Corrupt(CaptureFaultKind fault, long value)
    {
        Fault = fault;
        FaultValue = value;
        return CaptureParse.Corrupt;
    }
}
