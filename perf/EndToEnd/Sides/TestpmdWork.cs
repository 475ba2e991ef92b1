namespace PollMode.EndToEnd;

/// <summary>What dpdk-testpmd is told to do.</summary>
internal sealed record TestpmdWork
{
    /// <summary>Its devices, as <c>--vdev</c> names them.</summary>
    public required IReadOnlyList<string> Devices { get; init; }

    /// <summary>Its forwarding mode: io, macswap, rxonly, txonly, flowgen.</summary>
    public required string Mode { get; init; }

    /// <summary>Packets in a burst.</summary>
    public int Burst { get; init; } = 64;

    /// <summary>Queue pairs of each port, each forwarded by a core of its own while there are cores.</summary>
    public int Queues { get; init; } = 1;

    /// <summary>Buffers of its pool. It takes no fewer than 1025.</summary>
    public int Buffers { get; init; } = 16384;

    /// <summary>Whether what it receives counts, and not what it sends.</summary>
    public bool CountsReceived { get; init; }

    /// <summary>Further arguments for the environment (before <c>--</c>).</summary>
    public IReadOnlyList<string> EnvironmentArguments { get; init; } = [];

    /// <summary>Further arguments for testpmd itself.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The namespace it runs in; null for our own.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>
    /// The whole command line. One thread of testpmd does not forward, but reads the counters once a second: it lives on the other core.
    /// </summary>
    /// <param name="prefix">What tells its files from those of others.</param>
    /// <param name="cores">Cores that forward, one for each queue.</param>
    /// <param name="mainCore">The core of the thread that does not.</param>
    internal IReadOnlyList<string> CommandLine(string prefix, IReadOnlyList<int> cores, int mainCore)
    {
        string lcores = string.Join(',', cores.Select((core, index) => $"{index + 1}@{core}").Prepend($"0@{mainCore}"));
        return
        [
            "--lcores", lcores, "--main-lcore", "0", "--no-pci", "--in-memory", "--file-prefix", prefix, "--log-level", "lib.eal:error",
            .. EnvironmentArguments,
            .. Devices.Select(device => $"--vdev={device}"),
            "--",
            $"--forward-mode={Mode}", $"--burst={Burst}", $"--rxq={Queues}", $"--txq={Queues}", $"--nb-cores={cores.Count}", $"--total-num-mbufs={Math.Max(1025, Buffers)}",
            .. Burst > 250 ? (string[])["--mbcache=512"] : [],
            "--no-mlockall", "--stats-period=1", "--auto-start",
            .. Arguments,
        ];
    }

    /// <summary>Measures it once, by itself on the machine.</summary>
    internal Measurement Measure(Bench bench)
    {
        int[] cores = [.. Enumerable.Range(0, Queues).Select(index => index % 2 == 0 ? bench.Core : bench.OtherCore)];
        using TestpmdProcess process = TestpmdProcess.Start(this, bench, cores, bench.OtherCore);
        return process.Measure(bench.WarmUpSeconds, bench.Seconds);
    }
}
