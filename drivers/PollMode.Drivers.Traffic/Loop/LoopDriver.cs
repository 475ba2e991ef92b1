namespace PollMode.Drivers.Traffic;

/// <summary>
/// The driver <c>loop</c>: what is sent comes back, no faster than a rate, after a delay, and what a full queue has no room for is lost.
/// A device under test whose limit is known.
/// </summary>
public sealed class LoopDriver : IPortDriver
{
    private readonly TimeProvider _clock;

    /// <summary>Makes the driver.</summary>
    /// <param name="clock">What rate and delay are measured by; null for the system's clock.</param>
    public LoopDriver(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public string Name => "loop";

    /// <inheritdoc/>
    public string Summary => "loop[:key=value...]: gives back what it is sent, at a limited rate: a device under test of known capacity";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("rate", "max", "what it forwards: 1Mpps, 1Gbps, 1GbpsL1, max"),
        new("queue", "512", "packets that wait for their turn; those beyond are lost"),
        new("delay", "0ns", "time that each packet takes besides"),
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        LoopSettings settings = LoopSettings.Read(spec);
        return new PortPlan { BuffersPerTxQueue = settings.RingPackets };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        return new LoopPort(spec, LoopSettings.Read(spec), new TrafficClock(_clock), context.PortIndex);
    }
}
