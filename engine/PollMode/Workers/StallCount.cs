namespace PollMode;

/// <summary>The stalls of one cause.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Count">How many.</param>
/// <param name="Longest">The longest of them.</param>
public readonly record struct StallCount(StallCause Cause, long Count, TimeSpan Longest);
