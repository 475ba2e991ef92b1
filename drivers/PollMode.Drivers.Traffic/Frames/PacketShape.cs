namespace PollMode.Drivers.Traffic;

/// <summary>What the packets of a stream look like: headers, their fields, payload. Passive data.</summary>
public sealed record PacketShape
{
    /// <summary>VLAN tags, from none to two, the outer one first; their fields are <c>vlan.*</c> and <c>vlan2.*</c>.</summary>
    public int VlanTags { get; init; }

    /// <summary>4, 6, or 0 for frames without IP.</summary>
    public int IpVersion { get; init; } = 4;

    /// <summary>What IP carries.</summary>
    public TransportKind Transport { get; init; } = TransportKind.Udp;

    /// <summary>
    /// Fields by their Wireshark names, with values in the syntax of <see cref="FieldPattern.Parse"/>: <c>ip.dst</c> to <c>10.0.0.1-10.0.0.254</c>.
    /// What is not named has a default.
    /// </summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How many flows: source port and, beyond 32768, source address (without IP, source MAC) take turns; zero for fields as they are.</summary>
    public int Flows { get; init; }

    /// <summary>
    /// Payload behind the signature: <c>zeros</c>, <c>ones</c>, <c>count</c>, <c>random</c>, or bytes repeated, <c>hex:deadbeef</c>; or <c>leave</c> for what
    /// happens to be in the buffer, which spares large frames most of the writing, and may be what other traffic of the engine left there.
    /// </summary>
    public string Payload { get; init; } = "count";
}
