using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>A process, what it wrote, and how it ended.</summary>
internal sealed class Run : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private Run(string program, IEnumerable<string> arguments, string? folder)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                WorkingDirectory = folder ?? string.Empty,
            },
        };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal string Output => Read(_output);

    internal string Errors => Read(_errors);

    internal int ExitCode => _process.ExitCode;

    internal int Id => _process.Id;

    internal string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The last line of the output as JSON.</summary>
    internal JsonElement Json => JsonDocument.Parse(Lines[^1]).RootElement;

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    /// <summary>Starts any program.</summary>
    internal static Run Start(string program, IEnumerable<string> arguments, string? folder = null) => new(program, arguments, folder);

    /// <summary>Starts the forwarder that was built with these tests.</summary>
    /// <remarks>Through env, which undoes what a shell does to background jobs: it starts them with SIGINT ignored, and that is inherited.</remarks>
    internal static Run Forwarder(params IEnumerable<string> arguments) =>
        new("/usr/bin/env", ["--default-signal=INT,TERM", Repository.DotNet, Repository.Built("Forwarder"), .. arguments], null);

    /// <summary>Runs the forwarder to its end.</summary>
    internal static async Task<Run> ForwarderToEnd(params IEnumerable<string> arguments) => await Forwarder(arguments).End();

    /// <summary>Waits for the end.</summary>
    internal async Task<Run> End()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return this;
    }

    /// <summary>Waits until the output holds a text.</summary>
    internal async Task WaitFor(string text)
    {
        var clock = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < Patience && !_process.HasExited, $"'{text}' did not come:\n{Output}\n{Errors}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends a signal by its name.</summary>
    internal async Task Signal(string name)
    {
        using Run kill = await Start("/bin/sh", ["-c", $"kill -{name} {_process.Id}"]).End();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Ends it as it should be ended, and fails unless it says that all is well: nothing lost uncounted, every buffer home.</summary>
    internal async Task<JsonElement> Finish()
    {
        await Signal("TERM");
        await End();
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Errors}");
        Json.AssertAddsUp();
        return Json;
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            if (line != null)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
