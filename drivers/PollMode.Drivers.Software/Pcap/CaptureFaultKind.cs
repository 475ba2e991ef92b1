namespace PollMode.Drivers.Software;

/// <summary>Why a capture gives no more frames before its end.</summary>
internal enum CaptureFaultKind
{
    None,

    /// <summary>The file ends in the middle of a record.</summary>
    Truncated,

    /// <summary>A record or block claims a length that none can have.</summary>
    AbsurdLength,

    /// <summary>The two lengths of a pcapng block differ.</summary>
    LengthsDiffer,

    /// <summary>A frame names an interface that no block before it describes.</summary>
    UnknownInterface,

    /// <summary>A section starts with neither byte order's mark.</summary>
    BadByteOrder,

    /// <summary>A version of the format that is not known.</summary>
    BadVersion,

    /// <summary>A link type other than Ethernet.</summary>
    BadLinkType,

    /// <summary>More interfaces than a capture can reasonably have.</summary>
    TooManyInterfaces,

    /// <summary>The file cannot be read any further.</summary>
    ReadFailed,
}
