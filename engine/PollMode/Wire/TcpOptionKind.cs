namespace PollMode.Wire;

/// <summary>Kinds of TCP options (IANA registry of TCP parameters). Any other value may be cast.</summary>
public enum TcpOptionKind : byte
{
    /// <summary>No option follows. One byte.</summary>
    EndOfList = 0,

    /// <summary>Padding between options. One byte.</summary>
    NoOperation = 1,

    /// <summary>Largest segment the sender takes: 16 bits (RFC 9293, section 3.7.1).</summary>
    MaximumSegmentSize = 2,

    /// <summary>Shift of the window: 8 bits (RFC 7323).</summary>
    WindowScale = 3,

    /// <summary>Selective acknowledgement is understood: no data (RFC 2018).</summary>
    SackPermitted = 4,

    /// <summary>Blocks received: pairs of 32 bits (RFC 2018).</summary>
    Sack = 5,

    /// <summary>Value and echo: twice 32 bits (RFC 7323).</summary>
    Timestamps = 8,

    /// <summary>Multipath TCP (RFC 8684).</summary>
    Multipath = 30,

    /// <summary>Fast open cookie (RFC 7413).</summary>
    FastOpen = 34,
}
