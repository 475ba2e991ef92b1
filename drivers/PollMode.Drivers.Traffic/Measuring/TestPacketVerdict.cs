namespace PollMode.Drivers.Traffic;

/// <summary>What a frame is to the sink.</summary>
internal enum TestPacketVerdict
{
    /// <summary>No test packet.</summary>
    Foreign,

    /// <summary>A test packet of this run, whole.</summary>
    Good,

    /// <summary>A test packet, damaged.</summary>
    Corrupted,

    /// <summary>A whole test packet of another run or another sender.</summary>
    OtherRun,
}
