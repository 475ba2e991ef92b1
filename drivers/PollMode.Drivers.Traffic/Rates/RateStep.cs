namespace PollMode.Drivers.Traffic;

/// <summary>A part of a <see cref="RateProfile"/>: a rate kept, or one that changes evenly.</summary>
/// <param name="From">The rate at the start.</param>
/// <param name="To">The rate at the end; the same for a rate that is kept.</param>
/// <param name="Nanoseconds">How long it lasts; zero for until the end of the run, which only the last step may.</param>
public sealed record RateStep(Rate From, Rate To, long Nanoseconds);
