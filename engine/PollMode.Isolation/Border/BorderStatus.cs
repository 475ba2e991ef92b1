namespace PollMode.Isolation;

/// <summary>How a call over the border ended. Any but <see cref="Done"/> has a sentence in place of the reply.</summary>
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
