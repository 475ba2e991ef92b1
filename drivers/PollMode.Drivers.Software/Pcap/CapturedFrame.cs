namespace PollMode.Drivers.Software;

/// <summary>A frame as it lies in a capture, without its bytes.</summary>
internal struct CapturedFrame
{
    /// <summary>Where the frame's bytes start, from the record's first byte.</summary>
    internal int Offset;

    /// <summary>Bytes captured.</summary>
    internal int Length;

    /// <summary>Bytes that were on the wire: more than <see cref="Length"/> when a snap length cut the frame.</summary>
    internal long OriginalLength;

    /// <summary>Nanoseconds since 1970-01-01 UTC; only with <see cref="HasTimestamp"/>.</summary>
    internal long TimestampNanoseconds;

    internal bool HasTimestamp;
}
