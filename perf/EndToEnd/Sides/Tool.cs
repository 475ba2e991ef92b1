namespace PollMode.EndToEnd;

/// <summary>A program of others that a comparison needs.</summary>
/// <param name="Program">Its name, or a path to it.</param>
/// <param name="Package">The package of Debian and Ubuntu that has it.</param>
internal sealed record Tool(string Program, string Package)
{
    internal static readonly Tool Testpmd = new("dpdk-testpmd", "dpdk-dev");
    internal static readonly Tool DpdkTest = new("dpdk-test", "dpdk-dev");
    internal static readonly Tool Ip = new("ip", "iproute2");
    internal static readonly Tool Ethtool = new("ethtool", "ethtool");
    internal static readonly Tool Trafgen = new("trafgen", "netsniff-ng");
    internal static readonly Tool Tcpreplay = new("tcpreplay", "tcpreplay");
    internal static readonly Tool Perf = new("perf", "linux-perf");
    internal static readonly Tool Compiler = new("cc", "gcc");
    internal static readonly Tool PackageConfig = new("pkg-config", "pkg-config");

    /// <summary>Where programs lie that a user's own path may lack.</summary>
    private static readonly string[] SystemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    internal bool IsInstalled => FullPath != null;

    /// <summary>What to type to have it.</summary>
    internal string Remedy => $"apt-get install {Package}";

    /// <summary>Where it lies; null if nowhere.</summary>
    internal string? FullPath => Program.Contains('/', StringComparison.Ordinal)
        ? File.Exists(Program) ? Path.GetFullPath(Program) : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(SystemFolders)
            .Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    /// <summary>What it calls its version; its own name if it does not tell.</summary>
    internal string Version()
    {
        string[]? question = Path.GetFileName(Program) switch
        {
            "trafgen" or "tcpreplay" or "perf" or "cc" or "ethtool" => ["--version"],
            "ip" => ["-V"],
            "pkg-config" => ["--modversion", "libdpdk"],
            _ when Package == "dpdk-dev" => ["-v", "--no-pci", "--in-memory", "--no-huge", "-m", "64", "--", "--help"],
            _ => null,
        };
        if (question == null || FullPath is not { } path)
        {
            return Program;
        }

        using ChildProcess process = ChildProcess.Start(path, question);
        process.StandardInput.Close();
        string text = process.ReadToEnd(TimeSpan.FromSeconds(10), CancellationToken.None);
        return Package == "dpdk-dev"
            ? text.Split('\n').FirstOrDefault(line => line.Contains("RTE Version", StringComparison.Ordinal))?.Split('\'') is [_, var name, ..] ? name : Program
            : text.Split('\n')[0].Trim() is { Length: > 0 } line ? line.StartsWith(Program, StringComparison.OrdinalIgnoreCase) ? line : $"{Program} {line}" : Program;
    }
}
