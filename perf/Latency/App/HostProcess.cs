using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>An app with an engine, from outside.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A session of its own with nearly all the weight: the kernel then seldom lets other programs of the machine preempt the worker, as it would not with a core set
    /// aside (isolcpus). Without permission it changes nothing.
    /// </summary>
    private static readonly string[] Weighty = ["setsid", "sh", "-c", "echo -19 > /proc/self/autogroup 2> /dev/null; exec \"$@\"", "host"];

    private readonly ChildProcess _process;
    private readonly CancellationToken _stop;

    private HostProcess(ChildProcess process, CancellationToken stop)
    {
        _process = process;
        _stop = stop;
    }

    /// <summary>Starts it, and waits until its worker runs.</summary>
    /// <param name="options">What it is told.</param>
    /// <param name="weighty">Whether other programs of the machine shall not preempt it.</param>
    /// <param name="stop">Ends everything early.</param>
    internal static HostProcess Start(HostOptions options, bool weighty, CancellationToken stop)
    {
        ChildProcess process = StartSelf(options.Words, weighty);
        try
        {
            process.WaitFor(EngineHost.Ready, Patience, stop);
            return new HostProcess(process, stop);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>How this very program is started.</summary>
    private static IReadOnlyList<string> Self { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
        ? [Environment.ProcessPath!, typeof(HostProcess).Assembly.Location]
        : [Environment.ProcessPath!];

    /// <summary>Starts this very program.</summary>
    internal static ChildProcess StartSelf(IEnumerable<string> arguments, bool weighty)
    {
        string[] words = [.. weighty ? Weighty : [], .. Self, .. arguments];
        return ChildProcess.Start(words[0], words[1..]);
    }

    /// <summary>Sends a load and measures it.</summary>
    internal HostAnswer Measure(Load load) => Ask(load.ToString());

    /// <summary>What has happened since the last question.</summary>
    internal HostAnswer Look() => Ask(EngineHost.Look);

    public void Dispose()
    {
        // The end of its input is its end, orderly.
        _process.StandardInput.Close();
        _process.WaitForEnd(TimeSpan.FromSeconds(20), CancellationToken.None);
        _process.Dispose();
    }

    private HostAnswer Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return HostAnswer.Read(_process.WaitFor(HostAnswer.Prefix, Patience, _stop));
    }
}
