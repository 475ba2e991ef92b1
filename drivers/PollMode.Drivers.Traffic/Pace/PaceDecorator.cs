namespace PollMode.Drivers.Traffic;

/// <summary>
/// The decorator <c>pace</c>: gives what a source has at a pace. <c>pace:+pcap:in.pcap</c> replays a capture as it was recorded,
/// <c>pace:speed=2+pcap:in.pcap</c> twice as fast, <c>pace:rate=1Mpps+pcap:in.pcap</c> at a rate.
/// </summary>
public sealed class PaceDecorator : IPortDecorator
{
    private readonly TimeProvider _clock;

    /// <summary>Makes the decorator.</summary>
    /// <param name="clock">What the pace is kept by; null for the system's clock.</param>
    public PaceDecorator(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public string Name => "pace";

    /// <inheritdoc/>
    public string Summary => "pace:key=value...+PORT: gives what PORT receives at its recorded pace, scaled, or at a rate";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("rate", "", "a rate, over time: 1Mpps, 1Gbps, 10%; without one, the recorded times count"),
        new("spacing", "constant", "with a rate: constant, poisson, burst:N, burst:N:GAP"),
        new("speed", "1", "without a rate: how many times as fast as recorded, from 0.001 to 1000000"),
        new("line", "", "the line's rate, for percentages"),
        new("seed", "1", "what Poisson gaps are made from"),
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec, PortPlan inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _ = PaceSettings.Read(spec);
        return inner with { BuffersPerRxQueue = inner.BuffersPerRxQueue + PacedRxQueue.Ahead };
    }

    /// <inheritdoc/>
    public IPort Wrap(IPort inner, PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new PacedPort(inner, PaceSettings.Read(spec), new TrafficClock(_clock));
    }
}
