namespace PollMode.Drivers.Memif;

/// <summary>The driver <c>memif</c>: shared memory to another process on this host, by the memif protocol 2.0 of FD.io, as DPDK and VPP speak it.</summary>
public sealed class MemifDriver : IPortDriver
{
    /// <inheritdoc/>
    public string Name => "memif";

    /// <inheritdoc/>
    public string Summary => "memif:SOCKET: shared memory to DPDK, VPP or another PollMode; SOCKET is a file, or @name for an abstract one";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options => MemifSettings.Options;

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        MemifSettings settings = MemifSettings.Read(spec);
        int held = settings.WantsZeroCopy ? 1 << settings.Log2RingSize : 0;
        return new PortPlan
        {
            RxQueues = settings.Queues,
            TxQueues = settings.Queues,
            BuffersPerRxQueue = held,
            BuffersPerTxQueue = held,
            NeedsSharedMemory = settings.WantsZeroCopy,
        };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        MemifSettings settings = MemifSettings.Read(spec);
        var port = new MemifPort(spec, settings, context);
        try
        {
            port.Start(context);
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }
}
