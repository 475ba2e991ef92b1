using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>The driver <c>af_packet</c>: any network interface of Linux through packet sockets with memory-mapped rings (TPACKET_V3).</summary>
public sealed class AfPacketDriver : IPortDriver
{
    /// <inheritdoc/>
    public string Name => "af_packet";

    /// <inheritdoc/>
    public string Summary => "af_packet:INTERFACE: any interface, by packet sockets with rings; for where XDP is refused";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options => AfPacketSettings.Options;

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        AfPacketSettings settings = AfPacketSettings.Read(spec);
        NetworkNamespace.Run(settings.Namespace, () =>
        {
            using var device = new NetworkInterface(settings.Interface);
            return 0;
        });
        return new PortPlan { RxQueues = settings.Queues, TxQueues = settings.Queues };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        AfPacketSettings settings = AfPacketSettings.Read(spec);
        return NetworkNamespace.Run(settings.Namespace, () => new AfPacketPort(spec, settings, context));
    }
}
