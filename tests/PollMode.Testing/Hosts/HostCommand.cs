using System.Diagnostics;
using System.Text;

namespace PollMode.Testing;

/// <summary>A program that a test runs, with what it printed. One that is still running when it is disposed is ended.</summary>
public sealed class HostCommand : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private HostCommand(Process process) => _process = process;

    /// <summary>Everything printed so far, standard output and errors mixed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public int Id => _process.Id;

    /// <summary>Starts a program.</summary>
    public static HostCommand Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var command = new HostCommand(new Process { StartInfo = start });
        command._process.OutputDataReceived += command.Append;
        command._process.ErrorDataReceived += command.Append;
        command._process.Start();
        command._process.BeginOutputReadLine();
        command._process.BeginErrorReadLine();
        return command;
    }

    /// <summary>Runs a program to its end; gives its exit code and output.</summary>
    public static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        using HostCommand command = Start(program, arguments);
        command.WaitForExit(TimeSpan.FromMinutes(2));
        return (command.ExitCode, command.Output);
    }

    /// <summary>Runs a program that must succeed; gives its output.</summary>
    public static string Must(string program, params string[] arguments)
    {
        (int exitCode, string output) = Run(program, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
    }

    /// <summary>Waits until the program has printed something.</summary>
    public bool WaitForOutput(string text, TimeSpan timeout) =>
        SpinWait.SpinUntil(() => Output.Contains(text, StringComparison.Ordinal) || _process.HasExited, timeout) && Output.Contains(text, StringComparison.Ordinal);

    public bool WaitForExit(TimeSpan timeout)
    {
        bool ended = _process.WaitForExit(timeout);
        if (ended)
        {
            // The form without a timeout also waits for the output's end.
            _process.WaitForExit();
        }

        return ended;
    }

    /// <summary>Writes a line to the program's standard input.</summary>
    public void WriteLine(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Sends the program a signal.</summary>
    public void Signal(string signal) => Run("kill", "-" + signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Append(object sender, DataReceivedEventArgs line)
    {
        if (line.Data == null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}
