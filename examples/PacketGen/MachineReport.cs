using System.Reflection;
using System.Runtime.InteropServices;

namespace PollMode.Examples.PacketGen;

/// <summary>Where and by what a result was made.</summary>
/// <param name="Version">Of this program.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Kernel">The operating system.</param>
/// <param name="Processor">The processor's name.</param>
/// <param name="Cores">Processors this process may use.</param>
/// <param name="Load">The load average when the run was over, over 1, 5 and 15 minutes; empty where there is none.</param>
internal sealed record MachineReport(string Version, string Runtime, string Host, string Kernel, string Processor, int Cores, string Load)
{
    /// <summary>This machine, now.</summary>
    public static MachineReport Now() => new(
        typeof(MachineReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        RuntimeInformation.FrameworkDescription,
        Environment.MachineName,
        RuntimeInformation.OSDescription,
        FirstLine("/proc/cpuinfo", "model name")?.Split(':', 2)[1].Trim() ?? "unknown",
        Environment.ProcessorCount,
        string.Join(' ', (FirstLine("/proc/loadavg", string.Empty) ?? string.Empty).Split(' ').Take(3)));

    private static string? FirstLine(string file, string start)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
