using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp;

/// <summary>The driver <c>af_xdp</c>: network interfaces of Linux through XDP sockets, with nothing between this process and the kernel.</summary>
/// <remarks>Documentation/networking/af_xdp.rst. What each step needs of the kernel and of privileges is in the driver's README.</remarks>
public sealed class AfXdpDriver : IPortDriver
{
    /// <inheritdoc/>
    public string Name => "af_xdp";

    /// <inheritdoc/>
    public string Summary => "af_xdp:INTERFACE[,key=value...]: a network interface of Linux through XDP sockets";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options => AfXdpSettings.Options;

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        AfXdpSettings settings = AfXdpSettings.Read(spec);
        (int queues, IReadOnlyList<int> bufferBytes) = NetworkNamespace.Run(settings.Namespace, () =>
        {
            using var route = new RouteSocket();
            LinkSnapshot link = route.Find(settings.Interface);
            return (ChooseQueues(spec, settings, link), settings.BufferBytesFor(Ethtool.DriverName(link.Name)));
        });
        return new PortPlan
        {
            RxQueues = queues,
            TxQueues = queues,
            BuffersPerRxQueue = settings.Rings.Fill,
            BuffersPerTxQueue = settings.Rings.Tx,
            BufferBytes = bufferBytes,
            NeedsFilledArena = true,
        };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        AfXdpSettings settings = AfXdpSettings.Read(spec);
        if (!settings.BufferBytes.Contains(context.Arena.BufferBytes))
        {
            throw new PollModeException(
                $"'{spec.Text}' cannot use buffers of {context.Arena.BufferBytes} bytes; set BufferBytes to 2048 or 4096, or say unaligned=true for a multiple of 64 between them.");
        }

        return new AfXdpPort(spec, settings, context, UmemRegion.Of(context.Arena));
    }

    /// <summary>The queues to open: as many as asked for, if the device has them.</summary>
    internal static int ChooseQueues(PortSpec spec, AfXdpSettings settings, LinkSnapshot link)
    {
        int active = Ethtool.ActiveRxQueues(link.Name);
        int available = active > 0 ? active : Math.Max(1, link.RxQueues);
        int queues = settings.Queues > 0 ? settings.Queues : Math.Min(available - settings.StartQueue, AfXdpSettings.MaxQueues);
        return queues > 0 && settings.StartQueue + queues <= available
            ? queues
            : throw new PollModeException(
                $"'{spec.Text}' asks for queues {settings.StartQueue} to {settings.StartQueue + Math.Max(queues, 1) - 1}, but {link.Name} uses {available}; " +
                $"ask for fewer, or set up more with 'ethtool -L {link.Name} combined N'.");
    }
}
