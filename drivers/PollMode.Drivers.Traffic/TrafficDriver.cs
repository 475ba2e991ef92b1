namespace PollMode.Drivers.Traffic;

/// <summary>The driver <c>traffic</c>: a load generator and a measuring sink as one port.</summary>
public sealed class TrafficDriver : IPortDriver
{
    private readonly TimeProvider _clock;
    private readonly List<TrafficPort> _ports = [];

    /// <summary>Makes the driver.</summary>
    /// <param name="clock">What schedules and latencies are measured by; null for the system's clock.</param>
    public TrafficDriver(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public string Name => "traffic";

    /// <inheritdoc/>
    public string Summary => "traffic[:NAME,key=value...]: sends test packets at a rate and measures what comes back";

    /// <summary>The ports opened so far, in order: to start plans and read results, whatever decorators are around them.</summary>
    public IReadOnlyList<TrafficPort> Ports => _ports;

    /// <inheritdoc/>
    public IReadOnlyList<PortOption> Options { get; } =
    [
        new("start", "now", "now, or later for a port that waits until a program starts a plan"),
        new("profile", "", "a JSON file with streams, instead of the keys below"),
        new("rate", "max", "10%, 3.2Mpps, 5Gbps, 5GbpsL1, max; over time 1Mpps@10s\\,1Mpps..2Mpps@10s"),
        new("spacing", "constant", "constant, poisson, burst:N, burst:N:GAP"),
        new("size", "64", "frame bytes with FCS: 64, 64-1518, 64:7\\,594:4\\,1518:1, imix"),
        new("count", "0", "packets, then the stream ends; 0 for no end"),
        new("duration", "0s", "time, then the run ends; 0s for no end"),
        new("line", "", "the line's rate, for percentages and as a limit: 10Gbps"),
        new("proto", "udp", "udp, tcp, icmp or none"),
        new("ip", "4", "4, 6 or 0"),
        new("vlan", "0", "VLAN tags: 0, 1 or 2"),
        new("flows", "0", "flows that take turns"),
        new("fields", "", "fields by Wireshark name, separated by semicolons: ip.dst=10.0.0.1-10.0.0.254;ip.ttl=5"),
        new("payload", "count", "zeros, ones, count, random, hex:..., or leave for what is in the buffer (signature=off, UDP over IPv4)"),
        new("signature", "on", "off for packets that are load only"),
        new("verify", "payload", "payload, or frame to find damage in Ethernet headers, too"),
        new("seed", "1", "what chance is made from"),
    ];

    /// <inheritdoc/>
    public PortPlan Probe(PortSpec spec)
    {
        ReadPlan(spec)?.Validate();
        return new PortPlan { BuffersPerRxQueue = PacketStash.Packets };
    }

    /// <inheritdoc/>
    public IPort Open(PortSpec spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(context);
        var port = new TrafficPort(spec.Text, ReadPlan(spec), _clock, context);
        _ports.Add(port);
        return port;
    }

    private static TrafficPlan? ReadPlan(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.GetWord("start", "now", "now", "later") == "later")
        {
            return null;
        }

        if (spec.GetText("profile") is { Length: > 0 } file)
        {
            return TrafficProfile.Load(file).ToPlan();
        }

        var stream = new StreamProfile
        {
            Name = spec.Device.Length > 0 ? spec.Device : "stream",
            Rate = spec.GetText("rate", "max"),
            Spacing = spec.GetText("spacing", "constant"),
            Size = spec.GetText("size", "64"),
            Packets = spec.GetInteger("count", 0, 0, long.MaxValue),
            Proto = spec.GetText("proto", "udp"),
            Ip = (int)spec.GetInteger("ip", 4, 0, 6),
            Vlan = (int)spec.GetInteger("vlan", 0, 0, 2),
            Flows = (int)spec.GetInteger("flows", 0, 0, int.MaxValue),
            Payload = spec.GetText("payload", "count"),
            Signature = spec.GetSwitch("signature", true),
            Fields = StreamProfile.ParseFields(spec.GetText("fields").Split(';', StringSplitOptions.RemoveEmptyEntries)),
        };
        return new TrafficProfile
        {
            Streams = [stream],
            Seed = spec.GetInteger("seed", 1, long.MinValue, long.MaxValue),
            Duration = spec.GetText("duration", "0s"),
            Line = spec.GetText("line"),
            Verify = spec.GetText("verify", "payload"),
        }.ToPlan();
    }
}
