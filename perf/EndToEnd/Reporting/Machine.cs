using System.Globalization;
using System.Runtime.InteropServices;

namespace PollMode.EndToEnd;

/// <summary>The machine that figures are measured on.</summary>
internal static class Machine
{
    private static readonly Dictionary<Tool, string> Versions = [];

    /// <summary>Load averages of 1, 5 and 15 minutes.</summary>
    internal static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    /// <summary>Processor, cores, kernel, hugepages, as one line.</summary>
    internal static string Describe() =>
        $"{Processor(File.ReadLines("/proc/cpuinfo"))}, {Environment.ProcessorCount} cores, Linux {Kernel(File.ReadAllText("/proc/version"))} ({RuntimeInformation.OSDescription}), " +
        $"{HugePageReservation.Read()} hugepages of 2 MiB";

    internal static RunContext Context(string command, string loadAtStart, IEnumerable<Tool> tools) => new(
        command,
        DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Describe(),
        VersionsOf(tools),
        loadAtStart,
        Load());

    /// <summary>The runtime's version and those of programs that are installed.</summary>
    internal static string VersionsOf(IEnumerable<Tool> tools)
    {
        var names = new List<string> { RuntimeInformation.FrameworkDescription };
        foreach (Tool tool in tools.Where(tool => tool.IsInstalled).Distinct())
        {
            if (!Versions.TryGetValue(tool, out string? version))
            {
                Versions[tool] = version = tool.Version();
            }

            names.Add(version);
        }

        return string.Join(", ", names.Distinct());
    }

    /// <summary>The model's name; with family and model where the name alone, such as "AMD EPYC", says too little; and whether it is a virtual machine's.</summary>
    internal static string Processor(IEnumerable<string> cpuinfo)
    {
        Dictionary<string, string> fields = cpuinfo.TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2))
            .Where(pair => pair.Length == 2).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());
        string name = fields.GetValueOrDefault("model name", "unknown processor");
        string exact = name.Any(char.IsDigit) ? name : $"{name} (family {fields.GetValueOrDefault("cpu family", "?")}, model {fields.GetValueOrDefault("model", "?")})";
        return fields.GetValueOrDefault("flags", "").Split(' ').Contains("hypervisor") ? exact + ", virtual machine" : exact;
    }

    /// <summary>The release, which is the third word of /proc/version.</summary>
    internal static string Kernel(string version) => version.Split(' ') is [_, _, var release, ..] ? release : version.Trim();
}
