namespace PollMode.Drivers.Traffic;

/// <summary>One stream as it is written in a profile; see <see cref="TrafficProfile"/>.</summary>
public sealed record StreamProfile
{
    /// <summary>What to call it.</summary>
    public string Name { get; set; } = "stream";

    /// <summary>The rate, over time: <see cref="RateProfile.Parse"/>.</summary>
    public string Rate { get; set; } = "max";

    /// <summary>The spacing: <see cref="Traffic.Spacing.Parse"/>.</summary>
    public string Spacing { get; set; } = "constant";

    /// <summary>The frame sizes: <see cref="FrameSizes.Parse"/>.</summary>
    public string Size { get; set; } = "64";

    /// <summary>Packets, then it ends; zero for no end.</summary>
    public long Packets { get; set; }

    /// <summary>When it starts, from the start of the run.</summary>
    public string Start { get; set; } = "0s";

    /// <summary>udp, tcp, icmp or none.</summary>
    public string Proto { get; set; } = "udp";

    /// <summary>4, 6 or 0.</summary>
    public int Ip { get; set; } = 4;

    /// <summary>VLAN tags: 0, 1 or 2.</summary>
    public int Vlan { get; set; }

    /// <summary>Flows that take turns.</summary>
    public int Flows { get; set; }

    /// <summary>Fields by Wireshark name: <see cref="FieldPattern.Parse"/>.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The payload: <see cref="PacketShape.Payload"/>.</summary>
    public string Payload { get; set; } = "count";

    /// <summary>Whether packets carry signatures.</summary>
    public bool Signature { get; set; } = true;

    /// <summary>Reads assignments such as <c>ip.ttl=5</c>.</summary>
    /// <exception cref="PollModeException">One is no assignment, or a field is given twice.</exception>
    public static IReadOnlyDictionary<string, string> ParseFields(IEnumerable<string> assignments)
    {
        ArgumentNullException.ThrowIfNull(assignments);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new PollModeException($"'{assignment}' is not FIELD=VALUES; write for example ip.dst=10.0.0.1-10.0.0.254.");
            }

            if (!fields.TryAdd(assignment[..equals].Trim(), assignment[(equals + 1)..].Trim()))
            {
                throw new PollModeException($"The field {assignment[..equals]} is given twice; give it once.");
            }
        }

        return fields;
    }

    internal StreamPlan ToPlan() => new()
    {
        Name = Name,
        Rates = RateProfile.Parse(Rate),
        Spacing = Traffic.Spacing.Parse(Spacing),
        Sizes = FrameSizes.Parse(Size),
        Packets = Packets,
        StartNanoseconds = TimeText.ParseNanoseconds(Start),
        HasSignature = Signature,
        Shape = new PacketShape
        {
            VlanTags = Vlan,
            IpVersion = Ip,
            Transport = Proto switch
            {
                "udp" => TransportKind.Udp,
                "tcp" => TransportKind.Tcp,
                "icmp" => TransportKind.Icmp,
                "none" => TransportKind.None,
                _ => throw new PollModeException($"'{Proto}' is not a protocol for the stream '{Name}'; write udp, tcp, icmp or none."),
            },
            Fields = Fields,
            Flows = Flows,
            Payload = Payload,
        },
    };
}
