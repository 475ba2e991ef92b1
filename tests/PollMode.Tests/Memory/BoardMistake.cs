namespace PollMode.Tests;

/// <summary>What could be wrong with the words under a home board: each loses buffers, which shows that the exploration would notice.</summary>
public enum BoardMistake
{
    None,

    /// <summary>A returner's look at the summary may go ahead of its return: the read-modify-write releases only, as Arm64's LDSET without acquire.</summary>
    ReturnerFenceMissing,

    /// <summary>The owner's look at a word may go ahead of its clearing of the summary.</summary>
    OwnerFenceMissing,

    /// <summary>A returner reads a word, and writes it with its bits in a step of its own.</summary>
    ReturnerTornApart,

    /// <summary>The owner reads a word, and clears it in a step of its own.</summary>
    OwnerTornApart,
}
