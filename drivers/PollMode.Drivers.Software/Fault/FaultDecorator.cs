namespace PollMode.Drivers.Software;

/// <summary>The decorator <c>fault</c>: a bad wire. Loses, doubles, reorders, corrupts and delays frames; the same seed does so to the same frames.</summary>
public sealed class FaultDecorator : IPortDecorator
{
    private readonly TimeProvider _clock;

    /// <summary>Makes the decorator.</summary>
    /// <param name="clock">What delays in time are measured by; null for the system's clock.</param>
    public FaultDecorator(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public string Name => "fault";

    /// <inheritdoc/>
    public string Summary => "fault:key=value...+PORT: loses, doubles, reorders, corrupts and delays frames; chances are written 0.01 or 1%";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("loss", "0", "chance of a frame to be lost"),
        new("duplicate", "0", "chance of a frame to come twice"),
        new("corrupt", "0", "chance of a frame to have one bit turned over"),
        new("reorder", "0", "chance of a frame to be overtaken by the next ones"),
        new("reorder_by", "3", "frames that overtake it"),
        new("delay", "0", "how long every frame is kept: a number of frames that come after it (100), or a time (5ms, 200us, 1s)"),
        new("short", "0", "chance of a burst to be received in parts"),
        new("tx_full", "0", "chance of the transmit queue to take only a part of a burst"),
        new("flap", "0", "frames of a queue after which the link goes down; 0 for never"),
        new("flap_down", "64", "frames of the queue that are lost until it is up again"),
        new("on", "rx", "direction of all but short and tx_full: rx, tx or both"),
        new("seed", "1", "what chance is made from, for each queue and fault by itself"),
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec, PortPlan inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        FaultSettings settings = FaultSettings.Read(spec);
        return inner with
        {
            BuffersPerRxQueue = inner.BuffersPerRxQueue + (settings.OnRx ? settings.BuffersKept : 0),
            BuffersPerTxQueue = inner.BuffersPerTxQueue + (settings.OnTx ? settings.BuffersKept : 0),
        };
    }

    /// <inheritdoc/>
    public IPort Wrap(IPort inner, PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new FaultPort(inner, FaultSettings.Read(spec), _clock);
    }
}
