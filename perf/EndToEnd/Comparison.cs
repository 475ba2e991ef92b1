using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PollMode.EndToEnd;

/// <summary>Runs PollMode and testpmd in turn on each case, and prints medians, spread and the ratio pair by pair.</summary>
internal static class Comparison
{
    private const int HugePages = 640;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static int Run(ComparisonSettings settings)
    {
        ComparisonCase[] cases = [.. ComparisonCase.All.Where(each => settings.Cases.Count == 0 || settings.Cases.Any(name => each.Name.StartsWith(name, StringComparison.Ordinal)))];
        if (cases.Length == 0)
        {
            Console.Error.WriteLine($"No case is called so; there are {string.Join(", ", ComparisonCase.All.Select(each => each.Name))}.");
            return 1;
        }

        string? version = VersionOf(settings.Testpmd);
        if (version == null)
        {
            Console.Error.WriteLine($"'{settings.Testpmd}' cannot be run; install it with 'apt-get install dpdk-dev', or name another with --testpmd.");
        }

        using var pages = new HugePageReservation(HugePages);
        IReadOnlyList<string> machine = Machine.Describe();
        foreach (string line in machine)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"peer       {version ?? "none"}");
        var results = new List<ComparisonResult>();
        foreach (ComparisonCase work in cases)
        {
            ComparisonResult result = RunCase(work, settings, version != null);
            results.Add(result);
            Console.WriteLine(result);
        }

        if (settings.JsonPath != null)
        {
            File.WriteAllText(settings.JsonPath, JsonSerializer.Serialize(new { machine, peer = version, results }, Indented));
        }

        if (settings.MarkdownPath != null)
        {
            File.WriteAllText(settings.MarkdownPath, ComparisonResult.Table(results, machine, version));
        }

        return 0;
    }

    private static ComparisonResult RunCase(ComparisonCase work, ComparisonSettings settings, bool withPeer)
    {
        var ours = new List<double>();
        var theirs = new List<double>();
        for (int repetition = 0; repetition < settings.Repetitions; repetition++)
        {
            ours.Add(MeasurePollMode(work, settings));
            if (withPeer)
            {
                theirs.Add(TestpmdRun.Measure(settings.Testpmd, work, settings.Seconds, settings.Cpu));
            }
        }

        return new ComparisonResult(work.Name, ours, theirs);
    }

    private static double MeasurePollMode(ComparisonCase work, ComparisonSettings settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Comparison).Assembly.Location);
        }

        string[] arguments =
        [
            "run", "--mode", work.Mode, "--burst", $"{work.Burst}", "--seconds", $"{settings.Seconds}", "--cpu", $"{settings.Cpu}",
            .. work.Ports.SelectMany(port => new[] { "--port", port }),
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string? line = output.Split('\n').FirstOrDefault(each => each.StartsWith("mpps ", StringComparison.Ordinal));
        return line != null
            ? double.Parse(line[5..], CultureInfo.InvariantCulture)
            : throw new PollModeException($"PollMode's run of '{work.Name}' ended with status {process.ExitCode} and no figure.");
    }

    /// <summary>What the peer calls itself: it prints its version on the way to refusing an argument.</summary>
    private static string? VersionOf(string testpmd)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(testpmd, ["-v", "--no-pci", "--in-memory", "--no-huge", "-m", "64", "--", "--help"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            string? line = output.Split('\n').FirstOrDefault(each => each.Contains("RTE Version", StringComparison.Ordinal));
            return line?.Split('\'') is [_, var name, ..] ? name : testpmd;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
