namespace PollMode;

/// <summary>What stages did to a burst.</summary>
[Flags]
internal enum BurstChanges
{
    None,

    /// <summary>Its packets leave by ports of their own.</summary>
    Mixed,

    /// <summary>Packets left it, came or were replaced.</summary>
    Remade,

    /// <summary>All leave by a port that a stage has chosen.</summary>
    Steered = 4,

    /// <summary>A stage has dropped or taken packets: places are to be closed, and what was dropped is to be freed. Until the stage has returned.</summary>
    Unsettled = 8,

    /// <summary>Its packets may be longer or shorter than they were: a stage does not promise to keep that.</summary>
    Resized = 16,

    /// <summary>The stages have it.</summary>
    Underway = 32,
}
