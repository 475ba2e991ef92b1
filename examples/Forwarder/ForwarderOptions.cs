using PollMode.Wire;

namespace PollMode.Examples.Forwarder;

/// <summary>What the command line says.</summary>
internal sealed record ForwarderOptions
{
    /// <summary>How long packets inside the engine may take to leave after the stop.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    /// <summary>The engine's configuration.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>What happens to packets.</summary>
    public ForwardingMode Mode { get; init; }

    /// <summary>The one port whose packets are edited; null for all.</summary>
    public int? OnlyPort { get; init; }

    /// <summary>For each egress port the address of its peer.</summary>
    public IReadOnlyList<MacAddress> Peers { get; init; } = [];

    /// <summary>For each egress port its own address; zero for the one the port has.</summary>
    public IReadOnlyList<MacAddress> Sources { get; init; } = [];

    /// <summary>Stops after this time; null for no limit.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Stops when this many packets have been received; null for no limit.</summary>
    public long? Packets { get; init; }

    /// <summary>Time between two looks at the counters.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Prints one JSON object and nothing else.</summary>
    public bool Json { get; init; }
}
