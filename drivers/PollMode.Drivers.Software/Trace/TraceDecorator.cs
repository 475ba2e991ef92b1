namespace PollMode.Drivers.Software;

/// <summary>The decorator <c>trace</c>: follows the first packets that a port receives, and writes what each stage did to them.</summary>
public sealed class TraceDecorator : IPortDecorator
{
    private const int MaxPackets = 100_000;

    /// <inheritdoc/>
    public string Name => "trace";

    /// <inheritdoc/>
    public string Summary => "trace:key=value...+PORT: writes what every stage did to the first packets received, when the port is closed";

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("packets", "10", "packets to follow"),
        new("file", "", "file to write to; the standard error output when there is none"),
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec, PortPlan inner)
    {
        _ = ReadPackets(spec);
        return inner;
    }

    /// <inheritdoc/>
    public IPort Wrap(IPort inner, PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(context);
        int packets = ReadPackets(spec);
        string file = spec.GetText("file");
        TextWriter? output = null;
        if (file.Length > 0)
        {
            try
            {
                output = new StreamWriter(file);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new PollModeException($"'{spec.Text}' cannot write the file '{file}': {fault.Message} Name a file in a folder that exists and that you may write to.", fault);
            }
        }

        context.Trace.IsActive = true;
        return new TracePort(inner, spec, packets, output, context);
    }

    private static int ReadPackets(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Device.Length == 0
            ? (int)spec.GetInteger("packets", 10, 1, MaxPackets)
            : throw new PollModeException($"'{spec.Text}' names a device, and trace has none; write trace:packets=10,file=trace.txt+PORT.");
    }
}
