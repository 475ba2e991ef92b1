namespace PollMode.Drivers.Traffic;

/// <summary>What Ethernet adds to a frame (IEEE 802.3, clauses 3 and 4). Frame sizes in rates, mixes and RFC 2544 include the FCS; buffers do not hold it.</summary>
public static class EthernetWire
{
    /// <summary>Bytes of the frame check sequence.</summary>
    public const int FcsBytes = 4;

    /// <summary>Bytes of preamble, start delimiter and inter-packet gap.</summary>
    public const int OverheadBytes = 20;

    /// <summary>The shortest frame, FCS included.</summary>
    public const int MinimumFrameBytes = 64;

    /// <summary>Bits that a frame takes on the wire.</summary>
    /// <param name="frameBytes">The frame with FCS.</param>
    public static long BitsOf(long frameBytes) => (frameBytes + OverheadBytes) * 8;
}
