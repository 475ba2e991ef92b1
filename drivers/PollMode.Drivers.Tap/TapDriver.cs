namespace PollMode.Drivers.Tap;

/// <summary>The driver <c>tap</c>: a TAP interface of the Linux kernel as a port. What the kernel sends by it is received here, and the other way round.</summary>
public sealed class TapDriver : IPortDriver
{
    private const int UsualBufferBytes = 2048;

    /// <inheritdoc/>
    public string Name => "tap";

    /// <inheritdoc/>
    public string Summary => "tap:NAME: a TAP interface, created or attached to; an empty name lets the kernel choose one";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options => TapSettings.Options;

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        TapSettings settings = TapSettings.Read(spec);
        if (!File.Exists(TapDevice.ControlPath))
        {
            throw new PollModeException($"'{spec.Text}' needs {TapDevice.ControlPath}, which is not there; load the module with 'modprobe tun', or pass the device to the container.");
        }

        int frame = settings.TakesLargeFrames ? TapPort.LargestFrameBytes : Math.Max(settings.Mtu, 1500) + TapPort.LinkLayerBytes;
        return new PortPlan { RxQueues = settings.Queues, TxQueues = settings.Queues, BuffersPerRxQueue = (frame / UsualBufferBytes) + 2 };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        TapSettings settings = TapSettings.Read(spec);
        TapDevice device = Linux.NetworkNamespace.Run(settings.Namespace, () => TapDevice.Open(settings));
        return new TapPort(spec, settings, device, context);
    }
}
