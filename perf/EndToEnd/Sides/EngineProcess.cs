using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>A PollMode engine in a process of its own: this very program, told to <c>run</c>. What it prints is in <see cref="EngineRun"/>.</summary>
internal sealed class EngineProcess : ISubject
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    private readonly Bench _bench;
    private readonly ChildProcess _process;

    private EngineProcess(Bench bench, ChildProcess process)
    {
        _bench = bench;
        _process = process;
    }

    public int ProcessId => _process.Id;

    /// <summary>Starts it, and waits until its workers run.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="bench">How to measure.</param>
    /// <param name="cores">Cores for its workers.</param>
    internal static EngineProcess Start(EngineWork work, Bench bench, string cores)
    {
        var process = ChildProcess.StartSelf(work.Arguments(cores));
        try
        {
            process.WaitFor(EngineRun.Ready, StartTime, bench.Stop);
            return new EngineProcess(bench, process);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    public Measurement Measure(int warmUpSeconds, int seconds) => Measurement.FromLine(Ask(
        string.Create(CultureInfo.InvariantCulture, $"{EngineRun.MeasureCommand} {warmUpSeconds} {seconds}"), EngineRun.Measured, TimeSpan.FromSeconds(warmUpSeconds + seconds + 30)));

    public long CountPackets() => long.Parse(Ask(EngineRun.CountCommand, EngineRun.Counted, TimeSpan.FromSeconds(30)), CultureInfo.InvariantCulture);

    public void Dispose() => _process.Dispose();

    private string Ask(string command, string answer, TimeSpan patience)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        return _process.WaitFor(answer, patience, _bench.Stop)[answer.Length..];
    }
}
