using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>What a PollMode engine is told to do, in a process of its own: the arguments of <c>EndToEnd run</c>.</summary>
internal sealed record EngineWork
{
    /// <summary>Its ports, by spec.</summary>
    public required IReadOnlyList<string> Ports { get; init; }

    /// <summary>For each port the one its packets leave by, -1 for none (receive and drop); null for pairs.</summary>
    public IReadOnlyList<int>? Egress { get; init; }

    /// <summary>The stages, by name; see <see cref="EngineStages"/>.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>Packets in a burst.</summary>
    public int Burst { get; init; } = 64;

    /// <summary>Workers, each on a core of its own while there are cores.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Buffers of each worker's pool; zero for what the engine chooses.</summary>
    public int Buffers { get; init; }

    /// <summary>Bytes of each buffer; zero for what the engine chooses.</summary>
    public int BufferBytes { get; init; }

    /// <summary>Times that a full egress queue is tried again.</summary>
    public int Retries { get; init; }

    /// <summary>What workers do when nothing arrives.</summary>
    public IdleKind Idle { get; init; } = IdleKind.BusySpin;

    /// <summary>What counts as a packet done: <c>tx</c>, <c>rx</c>, one of them of one port (<c>rx:1</c>), or a port's own counter.</summary>
    public string Counts { get; init; } = "tx";

    /// <summary>The arguments that say this.</summary>
    internal IReadOnlyList<string> Arguments(string cores) =>
    [
        "run",
        .. Ports.SelectMany(port => new[] { "--port", port }),
        .. Stages.SelectMany(stage => new[] { "--stage", stage }),
        .. Egress == null ? Array.Empty<string>() : ["--egress", string.Join(',', Egress)],
        "--burst", Text(Burst), "--cores", cores, "--idle", Idle.ToString(), "--count", Counts,
        .. Buffers > 0 ? (string[])["--buffers", Text(Buffers)] : [],
        .. BufferBytes > 0 ? (string[])["--buffer-bytes", Text(BufferBytes)] : [],
        .. Retries > 0 ? (string[])["--retries", Text(Retries)] : [],
        "--obey",
    ];

    /// <summary>Measures it once, by itself on the machine.</summary>
    internal Measurement Measure(Bench bench)
    {
        string cores = Workers == 1 ? bench.CoreText : $"{bench.CoreText},{bench.OtherCoreText}";
        using EngineProcess process = EngineProcess.Start(this, bench, cores);
        return process.Measure(bench.WarmUpSeconds, bench.Seconds);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
