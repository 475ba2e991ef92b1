namespace PollMode.Drivers.Software;

/// <summary>A frame of a capture that is kept in memory whole.</summary>
/// <param name="Offset">Where the frame's bytes start, from the file's first byte.</param>
/// <param name="Length">Bytes captured.</param>
/// <param name="TimestampNanoseconds">Nanoseconds since 1970-01-01 UTC; only with <paramref name="HasTimestamp"/>.</param>
/// <param name="HasTimestamp">Whether the capture tells when it came.</param>
/// <param name="IsShortened">Whether the capture holds its front only.</param>
internal readonly record struct IndexedFrame(int Offset, int Length, long TimestampNanoseconds, bool HasTimestamp, bool IsShortened);
