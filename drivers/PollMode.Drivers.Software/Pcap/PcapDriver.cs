namespace PollMode.Drivers.Software;

/// <summary>
/// The driver <c>pcap</c>: replays a capture (pcap of both byte orders, in micro- or nanoseconds, or pcapng, found by content), and writes
/// what it is sent into another (pcap with nanoseconds, or pcapng by the ending <c>.pcapng</c>).
/// </summary>
/// <remarks>
/// A packet's time is the file's, and is written back; one that has none gets the time of sending. Without a device the port is a pure sink,
/// without <c>tx</c> a pure source. Counters of its own: laps, truncated, corrupt, shortened, other_link; written, dropped_backpressure, write_errors.
/// </remarks>
public sealed class PcapDriver : IPortDriver
{
    private readonly TimeProvider _time;

    /// <summary>Makes the driver.</summary>
    public PcapDriver()
        : this(TimeProvider.System)
    {
    }

    /// <summary>Makes the driver with a clock: for the recorded pace, and for packets that have no time of their own.</summary>
    public PcapDriver(TimeProvider time) => _time = time;

    /// <inheritdoc/>
    public string Name => "pcap";

    /// <inheritdoc/>
    public string Summary => "pcap:[in.pcap][,tx=out.pcapng][,key=value...]: replays a capture, and writes what it is sent into another";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("tx", string.Empty, "file to write what is sent to: pcapng if it ends so, otherwise pcap with nanoseconds"),
        new("loop", "1", "times to replay the capture; 0 or forever for endless"),
        new("pace", "fast", "fast: as fast as possible; recorded: by the capture's timestamps"),
        new("speed", "1", "times as fast as recorded; implies pace=recorded"),
        .. CaptureWriterSettings.Options,
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        PcapSettings settings = PcapSettings.Read(spec);
        return new PortPlan { RxQueues = settings.ReadPath.Length > 0 ? 1 : 0, TxQueues = settings.Write == null ? 0 : int.MaxValue };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        PcapSettings settings = PcapSettings.Read(spec);
        if (settings.Write is { } write)
        {
            CaptureTargets.Claim(context, write.Path, spec);
        }

        return new PcapPort(spec, settings, context, _time);
    }
}
