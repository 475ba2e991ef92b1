using System.Diagnostics;
using Xunit;

namespace PollMode.Tests;

/// <summary>The tests' own program, started once more for one class of them: with another environment, or watched by another program.</summary>
internal static class TestProcess
{
    /// <summary>Runs the tests of a class, all of which must pass.</summary>
    /// <param name="className">The class.</param>
    /// <param name="through">The program, with its options, that starts the tests; empty for none.</param>
    /// <param name="environment">Variables to set.</param>
    /// <returns>What the program printed.</returns>
    internal static async Task<string> Run(string className, string[] through, params (string Name, string Value)[] environment)
    {
        string program = Environment.ProcessPath!;
        string[] tests = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, typeof(TestProcess).Assembly.Location] : [program];
        string[] line = [.. through, .. tests, "--filter-class", $"*.{className}", "--minimum-expected-tests", "1", "--progress", "off", "--no-ansi"];
        var start = new ProcessStartInfo(line[0]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        Array.ForEach(line[1..], start.ArgumentList.Add);
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0, output + await errors);
        return output;
    }
}
