using PollMode.Drivers.AfXdp;
using PollMode.Drivers.Software;
using PollMode.Drivers.Traffic;
using PollMode.Isolation;

namespace PollMode.Latency;

/// <summary>The data plane that is measured, the same in every mode: it swaps addresses. With a traffic port among its ports it also makes the load and measures it.</summary>
public sealed class LatencyPlane : IDataPlane
{
    /// <summary>The command that sends a load and measures it: a <see cref="Load"/>, answered by <see cref="Figures"/>.</summary>
    public const string Measure = "measure";

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);

    /// <inheritdoc/>
    public void Define(DataPlaneBuilder plane)
    {
        ArgumentNullException.ThrowIfNull(plane);
        var traffic = new TrafficDriver();
        plane.Drivers.AddSoftwareDrivers().Add(new AfXdpDriver()).Add(traffic);
        plane.UsePipeline(pipeline => pipeline.Use<MacSwapStage>());
        plane.AddCommand(Measure, text => Run(traffic.Ports[0], Load.Read(text)).ToString());
    }

    private static Figures Run(TrafficPort port, Load load)
    {
        port.Start(new TrafficPlan
        {
            Streams = [new StreamPlan { Rates = RateProfile.Parse(load.Rate), Spacing = Spacing.Parse(load.Spacing) }],
            DurationNanoseconds = (long)(load.Seconds * 1e9),
            StampsDueTime = load.FromDueTime,
            AuditsGaps = false,
        });
        while (!port.IsSent)
        {
            Thread.Sleep(20);
        }

        Thread.Sleep(Settling);
        TrafficResult result = port.Result!;
        TimeSummary latency = result.Latency;
        return new Figures(result.Sent, result.Received, result.PacketsPerSecond, latency.P50, latency.P99, latency.P999, latency.P9999, latency.Max);
    }
}
