namespace PollMode.Drivers.Traffic;

/// <summary>The longest burst of which nothing was lost (RFC 2544, section 26.4).</summary>
/// <param name="Packets">Mean of the repetitions.</param>
/// <param name="LimitedBySender">Whether longer bursts failed because the sender could not send them without a gap.</param>
public sealed record BackToBackResult(double Packets, bool LimitedBySender);
