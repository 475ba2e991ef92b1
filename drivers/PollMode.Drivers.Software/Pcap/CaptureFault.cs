using System.Globalization;

namespace PollMode.Drivers.Software;

/// <summary>What is wrong with a capture, and where. Kept as numbers on the poll thread; made into a sentence when somebody asks.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Offset">Byte of the file at which the record at fault starts.</param>
/// <param name="Value">The number that is wrong.</param>
internal readonly record struct CaptureFault(CaptureFaultKind Kind, long Offset, long Value)
{
    /// <summary>The sentence, with the remedy.</summary>
    internal string Describe(string path, long frames, string? readError)
    {
        string after = string.Create(CultureInfo.InvariantCulture, $"at byte {Offset}, after {frames} whole frame(s)");
        return Kind switch
        {
            CaptureFaultKind.Truncated => $"'{path}' is cut in the middle of a record {after}; capture it again, or go on with what was whole.",
            CaptureFaultKind.AbsurdLength => $"'{path}' is corrupt {after}: a record claims {Value} bytes; repair it (for example with pcapfix) or capture it again.",
            CaptureFaultKind.LengthsDiffer => $"'{path}' is corrupt {after}: a block's two lengths differ; repair it (for example with pcapfix) or capture it again.",
            CaptureFaultKind.UnknownInterface => $"'{path}' is corrupt {after}: a frame names interface {Value}, which is not described; repair it or capture it again.",
            CaptureFaultKind.BadByteOrder => $"'{path}' is corrupt {after}: a section without a byte-order mark; repair it or capture it again.",
            CaptureFaultKind.BadVersion => $"'{path}' is of version {Value} of its format, which is not known; convert it, for example with 'editcap -F pcapng'.",
            CaptureFaultKind.BadLinkType => $"'{path}' has frames of link type {Value}, and only Ethernet (1) can be replayed; capture on an Ethernet interface, or keep only the Ethernet frames.",
            CaptureFaultKind.TooManyInterfaces => $"'{path}' is corrupt {after}: more than {Value} interfaces; repair it or capture it again.",
            CaptureFaultKind.ReadFailed => $"'{path}' could not be read {after}: {readError} Check the disk, then run again.",
            _ => string.Empty,
        };
    }
}
