namespace PollMode.Drivers.Software;

/// <summary>Which way a captured frame went: the values of pcapng's epb_flags, bits 0 and 1.</summary>
internal enum CaptureDirection
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>Received.</summary>
    Inbound = 1,

    /// <summary>Sent.</summary>
    Outbound = 2,
}
