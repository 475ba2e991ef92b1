using System.Collections.Concurrent;
using System.Diagnostics;

namespace PollMode.EndToEnd;

/// <summary>
/// A program that is surely ended: by <see cref="Dispose"/>, kindly and then not, and by the kernel if this process is killed before that
/// (<c>setpriv --pdeathsig</c>).
/// </summary>
/// <remarks>The kernel's death signal is for the end of the thread that started the child: start it from the main thread.</remarks>
internal sealed class ChildProcess : IDisposable
{
    private const int TailLines = 15;

    private static readonly TimeSpan Kindness = TimeSpan.FromSeconds(5);
    private static readonly string? Setpriv = new Tool("setpriv", "util-linux").FullPath;
    private static readonly string? Taskset = new Tool("taskset", "util-linux").FullPath;

    /// <summary>Where programs may run: null for where this process does.</summary>
    private static string? _cpus;

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _tail = new();
    private int _open = 2;

    private ChildProcess(Process process, string commandLine)
    {
        _process = process;
        CommandLine = commandLine;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal int Id => _process.Id;

    /// <summary>What to type to try it by hand.</summary>
    internal string CommandLine { get; }

    internal StreamWriter StandardInput => _process.StandardInput;

    internal bool HasEnded => _process.HasExited;

    internal int ExitCode => _process.ExitCode;

    /// <summary>The last lines it wrote, for messages.</summary>
    internal string Tail => string.Join(" / ", _tail);

    /// <summary>Keeps the threads of this process, its compiler's and its collector's, off the core of whoever is measured. Programs started meanwhile may use it.</summary>
    internal static CpuReservation KeepOff(int core)
    {
        _cpus ??= CpuList.Format(CpuAffinity.Allowed);
        return CpuReservation.Take(Taskset == null ? [] : [core]);
    }

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="networkNamespace">The namespace it lives in, as <c>ip netns</c> names it; null for our own.</param>
    internal static ChildProcess Start(string program, IEnumerable<string> arguments, string? networkNamespace = null)
    {
        string[] own = [.. networkNamespace == null ? Array.Empty<string>() : ["ip", "netns", "exec", networkNamespace], program, .. arguments];
        string[] everywhere = Taskset is { } taskset && _cpus is { } cpus ? [taskset, "--cpu-list", cpus] : [];
        string[] words = [.. everywhere, .. Setpriv == null ? Array.Empty<string>() : [Setpriv, "--pdeathsig", "KILL", "--"], .. own];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ChildProcess(Process.Start(start)!, string.Join(' ', own.Select(Quoted)));
    }

    /// <summary>Starts this very program with other arguments.</summary>
    internal static ChildProcess StartSelf(IEnumerable<string> arguments)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return Start(program, isHost ? [typeof(ChildProcess).Assembly.Location, .. arguments] : arguments);
    }

    /// <summary>The next line that it writes, to standard output or standard error.</summary>
    /// <returns>Null when it has closed both, or the time is over.</returns>
    internal string? NextLine(TimeSpan timeout, CancellationToken stop) => _lines.TryTake(out string? line, (int)timeout.TotalMilliseconds, stop) ? line : null;

    /// <summary>Passes over what it has written so far.</summary>
    internal void Forget()
    {
        while (_lines.TryTake(out _))
        {
        }
    }

    /// <summary>Waits for a line that holds a text.</summary>
    /// <returns>The line.</returns>
    /// <exception cref="PollModeException">It did not come in time.</exception>
    internal string WaitFor(string text, TimeSpan timeout, CancellationToken stop)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (Environment.TickCount64 < deadline && NextLine(TimeSpan.FromMilliseconds(Math.Max(1, deadline - Environment.TickCount64)), stop) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw Fault($"did not print '{text}'");
    }

    /// <summary>All that it still writes.</summary>
    internal string ReadToEnd(TimeSpan timeout, CancellationToken stop)
    {
        var lines = new List<string>();
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (Environment.TickCount64 < deadline && NextLine(TimeSpan.FromMilliseconds(Math.Max(1, deadline - Environment.TickCount64)), stop) is { } line)
        {
            lines.Add(line);
        }

        return string.Join('\n', lines);
    }

    /// <summary>Waits for its end.</summary>
    internal bool WaitForEnd(TimeSpan timeout, CancellationToken stop)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!_process.WaitForExit(50))
        {
            stop.ThrowIfCancellationRequested();
            if (Environment.TickCount64 > deadline)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What went wrong, with what it said and how to try it by hand.</summary>
    internal PollModeException Fault(string what)
    {
        string end = _process.WaitForExit(200) ? $" and ended with status {_process.ExitCode}" : "";
        return new PollModeException($"'{CommandLine}' {what}{end}; it said: {Tail}");
    }

    /// <summary>Asks it to end, as Ctrl-C does, and waits.</summary>
    internal void Interrupt()
    {
        if (!_process.HasExited)
        {
            _ = LibC.Kill(_process.Id, LibC.SIGINT);
            _process.WaitForExit(Kindness);
        }
    }

    public void Dispose()
    {
        Interrupt();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        // With the last line read, so that none comes after the collection is gone.
        _process.WaitForExit();
        _process.Dispose();
        _lines.Dispose();
    }

    private static string Quoted(string word) => word.AsSpan().ContainsAny(' ', '\'', ';') ? $"\"{word}\"" : word;

    /// <summary>Takes a line, or null for the end of one of the two outputs.</summary>
    private void Take(string? line)
    {
        if (line == null)
        {
            if (Interlocked.Decrement(ref _open) == 0)
            {
                _lines.CompleteAdding();
            }

            return;
        }

        if (line.Trim().Length > 0)
        {
            _tail.Enqueue(line.Trim());
            while (_tail.Count > TailLines && _tail.TryDequeue(out _))
            {
            }
        }

        _lines.Add(line);
    }
}
