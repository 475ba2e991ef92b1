namespace PollMode.Drivers.Software;

/// <summary>
/// The driver <c>ring</c>: two ports joined by rings, like two NICs joined by a cable. <c>ring:a</c> named twice in one engine gives the two
/// ends; named once, the port is its own other end. Packets cross without a copy, between workers, too.
/// </summary>
public sealed class RingDriver : IPortDriver
{
    /// <inheritdoc/>
    public string Name => "ring";

    /// <inheritdoc/>
    public string Summary => "ring:NAME[,key=value...]: two ports of the same name are the ends of a cable; a lone one receives what it sends";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("size", "1024", "packets that wait in each direction of each queue, and the burst that the receiver is at; rounded up to a power of two"),
        new("queues", "1", "queues of each end: what one end sends by queue n, the other receives by queue n"),
        new("fill", "0", "frames of 64 bytes that each queue has sent from the start: for a loop that goes on for ever"),
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        RingSettings settings = RingSettings.Read(spec);
        return new PortPlan { RxQueues = settings.Queues, TxQueues = settings.Queues, BuffersPerTxQueue = settings.Slots };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        RingPair pair = RingPair.Join(spec, context.Shared, context.PortIndex, out int side);
        return new RingPort(spec, pair, side, context.PortIndex);
    }
}
