using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>dpdk-test, which measures DPDK's own parts.</summary>
internal static class DpdkTest
{
    private static int _started;

    /// <summary>Where the source of a peer's program lies, to be compiled.</summary>
    internal static string Source(string name) => Path.Combine(AppContext.BaseDirectory, "Peers", name);

    /// <summary>Runs one of its tests on a core until a line of its output holds what is wanted; the rest of the test is spared.</summary>
    /// <param name="test">The test's name.</param>
    /// <param name="core">The core.</param>
    /// <param name="wanted">What a line tells; null if it tells something else.</param>
    /// <param name="patience">How long that may take.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="shorter">How many times shorter its seconds are; what it counts in one is so much less.</param>
    /// <returns>What the line told, and cycles per nanosecond of the counter it is measured by.</returns>
    internal static (double Value, double CyclesPerNanosecond) Run(string test, string core, Func<string, double?> wanted, TimeSpan patience, CancellationToken stop, int shorter = 1)
    {
        string program = Tool.DpdkTest.FullPath ?? throw new PollModeException($"{Tool.DpdkTest.Program} is not installed.");

        using var folder = new TemporaryFolder();
        string[] environment = [];
        if (shorter > 1)
        {
            HostCommand.Run("cc", "-O2", "-shared", "-fPIC", "-o", folder.File("short_second.so"), Source("short_second.c"));
            environment = [$"LD_PRELOAD={folder.File("short_second.so")}", string.Create(CultureInfo.InvariantCulture, $"SHORTER={shorter}")];
        }

        // A pipe would get its output in large pieces otherwise, hence minutes late.
        using ChildProcess process = ChildProcess.Start(
            "/usr/bin/stdbuf", ["-oL", "/usr/bin/env", .. environment, program, "-l", core, "--no-pci", "--in-memory", "--file-prefix", $"pollmodetest{Environment.ProcessId}x{++_started}", "--log-level", "lib.eal:debug"]);
        process.StandardInput.WriteLine(test);
        process.StandardInput.Flush();
        double cyclesPerNanosecond = 0;
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (Environment.TickCount64 < deadline && process.NextLine(TimeSpan.FromMilliseconds(Math.Max(1, deadline - Environment.TickCount64)), stop) is { } line)
        {
            cyclesPerNanosecond = DpdkTestOutput.CyclesPerNanosecond(line) ?? cyclesPerNanosecond;
            if (wanted(line) is { } value)
            {
                return (value, cyclesPerNanosecond);
            }
        }

        throw process.Fault($"told nothing of {test}");
    }
}
