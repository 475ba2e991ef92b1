namespace PollMode.Drivers.Traffic;

/// <summary>Loss at one rate (RFC 2544, section 26.3).</summary>
/// <param name="Percent">The rate as a percentage of the highest.</param>
/// <param name="PacketsPerSecond">Packets per second that were achieved.</param>
/// <param name="LossRatio">Part of them that was lost.</param>
/// <param name="IsValid">Whether that says something about the device: the sender achieved the rate, and the receiver lost nothing itself.</param>
public sealed record LossPoint(double Percent, double PacketsPerSecond, double LossRatio, bool IsValid);
