namespace PollMode;

/// <summary>How packets get into a <see cref="PacketTap"/>.</summary>
public enum TapMode
{
    /// <summary>They end in the tap: it takes them out of the burst, and the reader's side frees them. No copy on the poll thread.</summary>
    Take,

    /// <summary>
    /// They go on, and the tap holds a reference meanwhile. No copy on the poll thread, but a shared packet is read-only: no later stage
    /// and no egress port may edit it.
    /// </summary>
    Share,

    /// <summary>They go on, and the tap gets a copy in a buffer of the worker's pool. Later stages may edit.</summary>
    Copy,
}
