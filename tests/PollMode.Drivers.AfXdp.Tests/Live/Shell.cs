using System.Diagnostics;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Runs programs that are not ours: ip, trafgen, tcpdump, ping, iperf3.</summary>
internal static class Shell
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command line to its end, and gives what it wrote; throws if it failed.</summary>
    public static string Run(string commandLine)
    {
        (int code, string output) = TryRun(commandLine);
        return code == 0 ? output : throw new InvalidOperationException($"'{commandLine}' ended with {code}: {output}");
    }

    /// <summary>Runs a command line to its end, whatever that is.</summary>
    public static (int Code, string Output) TryRun(string commandLine)
    {
        using Process process = Start(commandLine, out CommandOutput output);
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{commandLine}' did not end: {output}");
        }

        process.WaitForExit();
        return (process.ExitCode, output.ToString());
    }

    /// <summary>Starts a command line.</summary>
    /// <param name="commandLine">Words between spaces; no quoting.</param>
    /// <param name="output">Collects what it writes; from other threads.</param>
    public static Process Start(string commandLine, out CommandOutput output)
    {
        string[] words = commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["PATH"] = "/usr/sbin:/sbin:" + Environment.GetEnvironmentVariable("PATH");
        var text = new CommandOutput();
        output = text;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => text.Add(line.Data);
        process.ErrorDataReceived += (_, line) => text.Add(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
