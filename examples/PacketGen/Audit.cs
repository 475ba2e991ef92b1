using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>What the generator says about its own work, one sentence each.</summary>
internal static class Audit
{
    public static IReadOnlyList<string> Of(TrafficResult result)
    {
        var lines = new List<string>();
        string achieved = Show(result.PacketsPerSecond);
        lines.Add(result.AskedPacketsPerSecond > 0
            ? $"Asked for {Show(result.AskedPacketsPerSecond)}, achieved {achieved}."
            : $"Asked for as much as the port takes, achieved {achieved}.");
        if (!result.KeptUp)
        {
            lines.Add($"It could not keep up: {100 * result.PacketsPerSecond / result.AskedPacketsPerSecond:0.##} % of the rate, {TimeText.Format(result.LagNanoseconds)} behind at the end.");
        }

        if (result.Slips > 0)
        {
            lines.Add($"The schedule was moved {result.Slips} times, by {TimeText.Format(result.SlippedNanoseconds)} in all, rather than catch up.");
        }

        if (result.Gaps is { } gaps)
        {
            lines.Add($"Gaps asked for P50 {TimeText.Format(gaps.Asked.P50)}, achieved P50 {TimeText.Format(gaps.Achieved.P50)}; error P50 {TimeText.Format(gaps.Error.P50)}, P99 {TimeText.Format(gaps.Error.P99)}, max {TimeText.Format(gaps.Error.Max)}; drift {gaps.DriftPpm:0.###} ppm.");
        }

        if (result.NeverLeft is { } never)
        {
            lines.Add(never == 0
                ? $"The port says that {result.PortPackets:N0} packets left, which is what was sent."
                : $"Of {result.Sent:N0} packets the port says that {result.PortPackets:N0} left; {never:N0} never did, and count as lost.");
        }

        if (result.NoBuffer > 0)
        {
            lines.Add($"No buffer was free {result.NoBuffer:N0} times when a packet was due.");
        }

        return lines;
    }

    public static string Show(double packetsPerSecond) => packetsPerSecond switch
    {
        >= 1e6 => $"{packetsPerSecond / 1e6:0.######} Mpps",
        >= 1e3 => $"{packetsPerSecond / 1e3:0.######} kpps",
        _ => $"{packetsPerSecond:0.###} pps",
    };
}
