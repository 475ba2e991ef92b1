namespace PollMode.Drivers.Traffic;

/// <summary>One trial of a benchmark: so many packets, so fast.</summary>
/// <param name="Sizes">The frames.</param>
/// <param name="Rate">How fast.</param>
/// <param name="Nanoseconds">How long; zero where <paramref name="Packets"/> ends it.</param>
/// <param name="Packets">How many; zero where the time ends it.</param>
public sealed record TrialRequest(FrameSizes Sizes, Rate Rate, long Nanoseconds, long Packets);
