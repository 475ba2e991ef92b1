namespace PollMode;

/// <summary>How finishing in software what a packet leaves to its device ended.</summary>
public enum OffloadResult
{
    /// <summary>The packet asks for nothing more.</summary>
    Done,

    /// <summary>Nothing was changed for want of a buffer for a copy: the packet is as good as before, and may be tried again later.</summary>
    NeedsBuffer,

    /// <summary>
    /// Nothing was changed, and nothing would be at another time: what the packet asks for lies outside its frame, or it is to be cut, which
    /// is a <see cref="SegmentCutter"/>'s work. Whoever took it frees it and counts it as an error.
    /// </summary>
    Impossible,
}
