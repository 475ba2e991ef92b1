using System.Globalization;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>What the generator says about its own work, one sentence each.</summary>
internal static class Audit
{
    public static IReadOnlyList<string> Of(TrafficResult result)
    {
        if (result.Sent == 0 && result.PortPackets == null)
        {
            return [.. Receiver(result)];
        }

        var lines = new List<string>
        {
            result.AskedPacketsPerSecond > 0
                ? $"Asked for {Figures.Rate(result.AskedPacketsPerSecond)}, achieved {Figures.Rate(result.PacketsPerSecond)}."
                : $"Asked for as much as the port takes, achieved {Figures.Rate(result.PacketsPerSecond)}.",
        };
        if (!result.KeptUp)
        {
            lines.Add($"It could not keep up: {Figures.Percent(Math.Round(result.PacketsPerSecond / result.AskedPacketsPerSecond, 4))} of the rate, {TimeText.Format(result.LagNanoseconds)} behind at the end.");
        }

        if (result.Slips > 0)
        {
            lines.Add($"The schedule was moved {Figures.Count(result.Slips)} times, by {TimeText.Format(result.SlippedNanoseconds)} in all, rather than catch up.");
        }

        if (result.Gaps is { } gaps)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"Gaps asked for P50 {TimeText.Format(gaps.Asked.P50)}, achieved P50 {TimeText.Format(gaps.Achieved.P50)}; error P50 {TimeText.Format(gaps.Error.P50)}, P99 {TimeText.Format(gaps.Error.P99)}, max {TimeText.Format(gaps.Error.Max)}; drift {gaps.DriftPpm:0.###} ppm."));
        }

        lines.AddRange(Counts(result));
        return lines;
    }

    /// <summary>What was sent, against what the ports themselves have counted.</summary>
    public static IEnumerable<string> Counts(TrafficResult result)
    {
        if (result.NeverLeft is { } never)
        {
            yield return never == 0
                ? $"The port says that {Figures.Count(result.PortPackets ?? 0)} packets left, which is what was sent."
                : $"Of {Figures.Count(result.Sent)} packets the port says that {Figures.Count(result.PortPackets ?? 0)} left; {Figures.Count(never)} never did, and count as lost.";
        }

        if (result.NoBuffer > 0)
        {
            yield return $"No buffer was free {Figures.Count(result.NoBuffer)} times when a packet was due.";
        }

        foreach (string line in Receiver(result))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Receiver(TrafficResult result)
    {
        if (result.ReceiverDropped is > 0 and { } dropped)
        {
            yield return $"The receiving port says that it lost {Figures.Count(dropped)} packets itself: they count as lost, and the device did not lose them.";
        }
    }
}
