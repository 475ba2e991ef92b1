namespace PollMode.Tests;

/// <summary>What could be wrong with a home board: each loses buffers, which shows that the exploration would notice.</summary>
public enum BoardMistake
{
    None,

    /// <summary>The owner looks at the words first and clears the summary after.</summary>
    SummaryClearedLast,

    /// <summary>A returner's look at the summary may go ahead of its return: the read-modify-write releases only, as Arm64's LDSET without acquire.</summary>
    ReturnerFenceMissing,

    /// <summary>The owner's look at a word may go ahead of its clearing of the summary.</summary>
    OwnerFenceMissing,
}
