namespace PollMode.Drivers.Software;

/// <summary>What a look at the front of the unread bytes found.</summary>
internal enum CaptureParse
{
    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>Something else than a frame, to be passed over.</summary>
    Other,

    /// <summary>The bytes end before the record does.</summary>
    NeedMore,

    /// <summary>What stands here cannot be.</summary>
    Corrupt,
}
