namespace PollMode.Drivers.Software;

/// <summary>The driver <c>null</c>: a source that gives buffers as they are, and a sink that frees what it is sent. What an engine costs without a device.</summary>
public sealed class NullDriver : IPortDriver
{
    private const int MaxQueues = 64;

    /// <inheritdoc/>
    public string Name => "null";

    /// <inheritdoc/>
    public string Summary => "null[:key=value...]: gives frames without content and frees what it is sent";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("size", "64", "bytes of each frame given"),
        new("rx", "endless", "frames to give on each queue, then the source has ended; 0 for a pure sink"),
        new("queues", "1", "receive queues"),
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        NullSettings settings = NullSettings.Read(spec, MaxQueues);
        return new PortPlan { RxQueues = settings.Queues, TxQueues = int.MaxValue };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        NullSettings settings = NullSettings.Read(spec, MaxQueues);
        int room = context.Arena.BufferBytes - context.Arena.HeadroomBytes;
        return settings.Size <= room
            ? new NullPort(spec, settings, context)
            : throw new PollModeException($"'{spec.Text}' asks for frames of {settings.Size} bytes, but a buffer has room for {room}; lower size or raise BufferBytes.");
    }
}
