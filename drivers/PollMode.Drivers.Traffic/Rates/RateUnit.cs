namespace PollMode.Drivers.Traffic;

/// <summary>What a <see cref="Rate"/> counts.</summary>
public enum RateUnit
{
    /// <summary>As fast as the port takes frames.</summary>
    Max,

    /// <summary>Frames in a second.</summary>
    PacketsPerSecond,

    /// <summary>Bits of frames in a second, FCS included: layer 2.</summary>
    FrameBitsPerSecond,

    /// <summary>Bits on the wire in a second: frames with FCS, preamble and the gap between frames. Layer 1.</summary>
    WireBitsPerSecond,

    /// <summary>Percent of the line's layer-1 rate.</summary>
    LinePercent,
}
