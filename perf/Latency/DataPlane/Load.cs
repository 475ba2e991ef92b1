using System.Text.Json;

namespace PollMode.Latency;

/// <summary>What is sent, and how it is measured.</summary>
/// <param name="Rate">Packets per second, as the traffic driver writes it: <c>1Mpps</c>.</param>
/// <param name="Spacing"><c>constant</c>, or <c>burst:N</c>.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="FromDueTime">Whether latency runs from when a packet was due, or from when it was sent.</param>
public sealed record Load(string Rate, string Spacing, double Seconds, bool FromDueTime)
{
    /// <summary>As one line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, LatencyJson.Default.Load);

    internal static Load Read(string text) => JsonSerializer.Deserialize(text, LatencyJson.Default.Load)!;
}
