namespace PollMode.Drivers.Traffic;

/// <summary>What a sequence number says about its packet.</summary>
internal enum SequenceVerdict
{
    InOrder,
    Reordered,
    Duplicate,

    /// <summary>It is too old to tell whether it came before.</summary>
    TooLate,
}
