using System.Diagnostics;

namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>Runs a program of the host.</summary>
internal static class Tool
{
    /// <summary>Whether it is installed.</summary>
    internal static bool Exists(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs it to its end.</summary>
    internal static (int ExitCode, string Output, string Errors) Run(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
