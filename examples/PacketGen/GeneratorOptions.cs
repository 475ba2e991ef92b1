using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>What the command line asked for.</summary>
internal sealed record GeneratorOptions
{
    /// <summary>run, rfc2544 or replay.</summary>
    public required string Command { get; init; }

    /// <summary>The command line, word by word.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether no port was named, and everything runs in this process to show how it works.</summary>
    public bool IsDemo { get; init; }

    /// <summary>The port that sends; null to receive only.</summary>
    public string? TxPort { get; init; }

    /// <summary>The port that receives, or null; the same as <see cref="TxPort"/> where one port does both.</summary>
    public string? RxPort { get; init; }

    /// <summary>The two ports of a device under test in this process; none for one that is elsewhere.</summary>
    public IReadOnlyList<string> DeviceUnderTest { get; init; } = [];

    /// <summary>What to send, or to expect, as text: what a result keeps so that the run can be done again. Null where a capture is sent.</summary>
    public TrafficProfile? Profile { get; init; }

    /// <summary>The same, read.</summary>
    public TrafficPlan Plan { get; init; } = new();

    /// <summary>For replay: the port spec of the capture at its pace.</summary>
    public string ReplaySource { get; init; } = string.Empty;

    /// <summary>Whether packets are sent; false to measure only.</summary>
    public bool Sends { get; init; } = true;

    public string Cores { get; init; } = string.Empty;

    public int Workers { get; init; } = 1;

    public int Burst { get; init; } = 64;

    public IdleKind Idle { get; init; } = IdleKind.Pause;

    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Seconds after which receiving alone ends; zero for Ctrl-C.</summary>
    public TimeSpan Duration { get; init; }

    public bool Json { get; init; }

    public bool Csv { get; init; }

    public string? ReportFile { get; init; }

    public string? ResultFile { get; init; }

    public string? HdrFile { get; init; }

    public IReadOnlyList<Expectation<TrafficResult>> Expectations { get; init; } = [];

    /// <summary>For rfc2544: how; null otherwise.</summary>
    public BenchmarkOptions? Benchmark { get; init; }

    /// <summary>For rfc2544: the part of packets that a partial drop rate may lose.</summary>
    public double PartialTolerance { get; init; }

    public IReadOnlyList<Expectation<SizeReport>> BenchmarkExpectations { get; init; } = [];

    public IReadOnlyList<FrameSizes> BenchmarkSizes { get; init; } = [];

    public IReadOnlyList<string> BenchmarkTests { get; init; } = [];

    public bool IsQuiet => Json || Csv;
}
