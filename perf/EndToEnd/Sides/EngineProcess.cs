namespace PollMode.EndToEnd;

/// <summary>A PollMode engine in a process of its own: this very program, told to <c>run</c>.</summary>
internal sealed class EngineProcess : IDisposable
{
    /// <summary>What the process prints once its workers run.</summary>
    internal const string Ready = "workers run";

    /// <summary>What the line with its figures begins with.</summary>
    internal const string Measured = "measured ";

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private readonly Bench _bench;
    private readonly ChildProcess _process;

    private EngineProcess(Bench bench, ChildProcess process)
    {
        _bench = bench;
        _process = process;
    }

    internal ChildProcess Process => _process;

    /// <summary>Starts it, and waits until its workers run.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="bench">How to measure.</param>
    /// <param name="cores">Cores for its workers.</param>
    /// <param name="seconds">How long it measures, after the warm-up; then it ends.</param>
    internal static EngineProcess Start(EngineWork work, Bench bench, string cores, int seconds)
    {
        string program = Environment.ProcessPath!;
        IReadOnlyList<string> arguments = work.Arguments(cores, bench.WarmUpSeconds, seconds);
        var process = ChildProcess.Start(program, Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(EngineProcess).Assembly.Location, .. arguments] : arguments);
        try
        {
            process.WaitFor(Ready, StartTime, bench.Stop);
            return new EngineProcess(bench, process);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Waits for its figures.</summary>
    internal Measurement Measure()
    {
        string line = _process.WaitFor(Measured, TimeSpan.FromSeconds(_bench.WarmUpSeconds + _bench.Seconds + 30), _bench.Stop);
        return Measurement.FromLine(line[Measured.Length..]);
    }

    public void Dispose() => _process.Dispose();
}
