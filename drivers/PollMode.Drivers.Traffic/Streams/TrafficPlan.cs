namespace PollMode.Drivers.Traffic;

/// <summary>What to send in one run, and how to check it. Passive data: the same plan and seed give the same packets.</summary>
public sealed record TrafficPlan
{
    /// <summary>The streams.</summary>
    public IReadOnlyList<StreamPlan> Streams { get; init; } = [new()];

    /// <summary>What all chance is made from: Poisson gaps, random fields, sizes and payloads.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Nanoseconds that the schedule runs; zero for until it is stopped or all streams have ended.</summary>
    public long DurationNanoseconds { get; init; }

    /// <summary>Layer-1 rate of the line in bits per second: what percentages are parts of, and what is never exceeded. Zero for none.</summary>
    public double LineBitsPerSecond { get; init; }

    /// <summary>Whether signatures cover the headers, too. For devices under test that must not change a bit.</summary>
    public bool ChecksWholeFrame { get; init; }

    /// <summary>
    /// Nanoseconds that sending may fall behind its schedule before the schedule is moved, and the move counted; zero for never. A schedule
    /// that is never moved is caught up with, in one burst if need be.
    /// </summary>
    public long MaxBehindNanoseconds { get; init; }

    /// <summary>Whether the gaps between packets are recorded, asked for and achieved. Costs some nanoseconds for each packet.</summary>
    public bool AuditsGaps { get; init; } = true;

    /// <summary>
    /// Whether latency runs from when a packet was due, and not from when it was handed out. Then the time that a source was held up counts too, as it does for
    /// whoever waits for the packet: for a source whose own worker is what is measured. Has no effect on streams at the rate <c>max</c>.
    /// </summary>
    public bool StampsDueTime { get; init; }

    /// <summary>Mean frame size of all streams, FCS included, weighted by their packet rates where these are known.</summary>
    internal double MeanFrameBytes => Streams.Average(stream => stream.Sizes.Mean);

    /// <summary>Checks the plan.</summary>
    /// <exception cref="PollModeException">Something in it cannot be; one sentence says what.</exception>
    public void Validate()
    {
        if (Streams.Count is < 1 or > TestSignature.MostStreams)
        {
            throw new PollModeException($"The plan has {Streams.Count} streams; give from 1 to {TestSignature.MostStreams}.");
        }

        if (DurationNanoseconds < 0 || MaxBehindNanoseconds < 0 || LineBitsPerSecond < 0)
        {
            throw new PollModeException("The plan has a negative time or line rate; use zero or more.");
        }

        double wireBits = 0;
        foreach (StreamPlan stream in Streams)
        {
            stream.Validate();
            RateProfile rates = stream.Rates.Resolve(LineBitsPerSecond, stream.Sizes.Mean);
            FieldModifiers.Check(stream);
            double packets = rates.First.PacketsPerSecond(stream.Sizes.Mean);
            wireBits += double.IsFinite(packets) ? packets * (stream.Sizes.Mean + EthernetWire.OverheadBytes) * 8 : 0;
        }

        if (LineBitsPerSecond > 0 && wireBits > LineBitsPerSecond * (1 + 1e-9))
        {
            throw new PollModeException(
                $"The streams ask for {new Rate(RateUnit.WireBitsPerSecond, wireBits)} together, more than the line's {new Rate(RateUnit.WireBitsPerSecond, LineBitsPerSecond)}; lower their rates.");
        }
    }
}
