using System.Globalization;

namespace PollMode.Latency;

/// <summary>What an app that hosts an engine is told.</summary>
internal sealed record HostOptions
{
    /// <summary>Where the data plane runs.</summary>
    public required Mode Mode { get; init; }

    /// <summary>What the app does beside.</summary>
    public required Allocation Allocation { get; init; }

    /// <summary>Ports, by spec.</summary>
    public required IReadOnlyList<string> Ports { get; init; }

    /// <summary>For each port the one its packets leave by.</summary>
    public required IReadOnlyList<int> Egress { get; init; }

    /// <summary>The worker's core.</summary>
    public required int Core { get; init; }

    /// <summary>The core that the app's threads are kept off: that of whoever is measured.</summary>
    public required int OffCore { get; init; }

    /// <summary>The worker's real-time priority, or zero.</summary>
    public required int RealTime { get; init; }

    /// <summary>As words of a command line.</summary>
    internal IEnumerable<string> Words =>
    [
        "host", "--mode", $"{Mode}", "--allocate", $"{Allocation}", "--core", Number(Core), "--off-core", Number(OffCore), "--egress", string.Join(',', Egress),
        "--real-time", Number(RealTime),
        .. Ports.SelectMany(port => (string[])["--port", port]),
    ];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
