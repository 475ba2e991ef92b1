namespace PollMode.Isolation;

/// <summary>Where a ring is in the memory that both sides map.</summary>
/// <param name="Offset">Its first byte.</param>
/// <param name="Bytes">Header and data, in whole pages.</param>
internal readonly record struct RingPlace(long Offset, long Bytes);
