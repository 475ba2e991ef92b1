using System.Text.Json;

namespace PollMode.Latency;

/// <summary>What became of a load: packets, and their latency in nanoseconds.</summary>
/// <param name="Sent">Packets sent.</param>
/// <param name="Received">Packets that came back.</param>
/// <param name="Rate">Packets per second that were sent.</param>
/// <param name="P50">What half of them did not exceed.</param>
/// <param name="P99">What 99 % did not exceed.</param>
/// <param name="P999">What 99.9 % did not exceed.</param>
/// <param name="P9999">What 99.99 % did not exceed.</param>
/// <param name="Max">The largest.</param>
public sealed record Figures(long Sent, long Received, double Rate, double P50, double P99, double P999, double P9999, double Max)
{
    /// <summary>As one line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, LatencyJson.Default.Figures);

    /// <summary>Reads that line.</summary>
    public static Figures Read(string text) => JsonSerializer.Deserialize(text, LatencyJson.Default.Figures)!;
}
