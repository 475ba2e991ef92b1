namespace PollMode.Drivers.Software;

/// <summary>
/// The decorator <c>capture</c>: copies what passes a port into a pcapng, each frame with its direction. Never holds up the port: what
/// finds the buffer full is missing from the capture, and counted.
/// </summary>
/// <remarks>Counters of its own: capture_written, capture_dropped, capture_write_errors.</remarks>
public sealed class CaptureDecorator : IPortDecorator
{
    private readonly TimeProvider _time;

    /// <summary>Makes the decorator.</summary>
    public CaptureDecorator()
        : this(TimeProvider.System)
    {
    }

    /// <summary>Makes the decorator with a clock for packets that have no time of their own.</summary>
    public CaptureDecorator(TimeProvider time) => _time = time;

    /// <inheritdoc/>
    public string Name => "capture";

    /// <inheritdoc/>
    public string Summary => "capture:file=trace.pcapng[,key=value...]+PORT: copies what passes a port into a capture";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("file", string.Empty, "file to write: pcap if it ends in .pcap (then without directions), otherwise pcapng"),
        new("direction", "both", "what to copy: both, rx or tx"),
        .. CaptureWriterSettings.Options.Where(option => option.Key != "full"),
    ];

    /// <inheritdoc/>
    public IPort Wrap(IPort inner, PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        CaptureSettings settings = CaptureSettings.Read(spec);
        CaptureTargets.Claim(context, settings.Write.Path, spec);
        return new CapturePort(inner, spec, settings, _time);
    }
}
