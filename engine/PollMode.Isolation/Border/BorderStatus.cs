namespace PollMode.Isolation;

/// <summary>What every call over the border returns. Any but <see cref="Done"/> leaves a sentence as the calling thread's text.</summary>
internal enum BorderStatus
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>A <see cref="PollModeException"/>: the sentence is for the user.</summary>
    Refused,

    /// <summary>A call at the wrong time.</summary>
    Misused,

    /// <summary>Any other exception.</summary>
    Faulted,
}
