namespace PollMode.Drivers.Software;

/// <summary>The driver <c>gen</c>: a source of well-formed UDP frames, the same for the same options, and a sink that frees what it is sent.</summary>
public sealed class GeneratorDriver : IPortDriver
{
    private readonly TimeProvider _clock;

    /// <summary>Makes the driver.</summary>
    /// <param name="clock">What paces ports with a rate; null for the system's clock.</param>
    public GeneratorDriver(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public string Name => "gen";

    /// <inheritdoc/>
    public string Summary => "gen[:key=value...]: gives well-formed UDP frames and frees what it is sent";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("size", "64", "bytes of each frame, without FCS"),
        new("flows", "1", "flows of each queue, told apart by their UDP ports and sent in turn"),
        new("count", "endless", "frames to give on each queue, then the source has ended"),
        new("rate", "0", "frames per second of the whole port; 0 for as fast as possible"),
        new("ip", "4", "version of IP: 4 or 6"),
        new("seed", "1", "what the payload is made from"),
        new("queues", "1", "receive queues"),
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec) => new() { RxQueues = GeneratorSettings.Read(spec).Queues, TxQueues = int.MaxValue };

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        GeneratorSettings settings = GeneratorSettings.Read(spec);
        int room = context.Arena.BufferBytes - context.Arena.HeadroomBytes;
        return settings.Size <= room
            ? new GeneratorPort(spec, settings, context, _clock)
            : throw new PollModeException($"'{spec.Text}' asks for frames of {settings.Size} bytes, but a buffer has room for {room}; lower size or raise BufferBytes.");
    }
}
