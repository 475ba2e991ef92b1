namespace PollMode.EndToEnd;

/// <summary>A dpdk-testpmd that forwards.</summary>
internal sealed class TestpmdProcess : ISubject
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SecondAtMost = TimeSpan.FromSeconds(10);
    private static int _started;

    private readonly TestpmdWork _work;
    private readonly Bench _bench;
    private readonly ChildProcess _process;
    private readonly TestpmdStatistics _statistics;

    private TestpmdProcess(TestpmdWork work, Bench bench, ChildProcess process)
    {
        _work = work;
        _bench = bench;
        _process = process;
        _statistics = new TestpmdStatistics(work.Devices.Count);
    }

    public int ProcessId => _process.Id;

    /// <summary>Starts it, and waits until it forwards: who connects to it before that may fail.</summary>
    internal static TestpmdProcess Start(TestpmdWork work, Bench bench, IReadOnlyList<int> cores, int mainCore)
    {
        string program = bench.Testpmd.FullPath ?? throw new PollModeException($"{bench.Testpmd.Program} is not installed.");
        string prefix = $"pollmode{Environment.ProcessId}x{++_started}";
        string[] priority = bench.RealTimePriority == 0 ? [] : ["chrt", "--fifo", $"{bench.RealTimePriority}"];
        string[] words = [.. priority, program, .. work.CommandLine(prefix, cores, mainCore)];
        var process = ChildProcess.Start(words[0], words[1..], work.NetworkNamespace);
        try
        {
            process.WaitFor("start packet forwarding", StartTime, bench.Stop);
            return new TestpmdProcess(work, bench, process);
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    public Measurement Measure(int warmUpSeconds, int seconds)
    {
        var rates = new List<double>();
        _process.Forget();
        TestpmdSecond first = Second();
        for (int i = 0; i < warmUpSeconds; i++)
        {
            first = Second();
        }

        double cpu = CpuTime.NanosecondsOf(_process.Id);
        TestpmdSecond last = first;
        for (int i = 0; i < seconds; i++)
        {
            last = Second();
            rates.Add(_work.CountsReceived ? last.ReceivedPerSecond : last.SentPerSecond);
        }

        cpu = CpuTime.NanosecondsOf(_process.Id) - cpu;
        double packets = _work.CountsReceived ? last.Received - first.Received : last.Sent - first.Sent;
        double missed = last.Missed - first.Missed;
        var measured = Measurement.Of((Quantity.PacketRate, Spread.Of(rates).Median), (Quantity.CpuTime, cpu / Math.Max(1, packets)));
        return _work.CountsReceived ? measured.With(Quantity.Loss, missed / Math.Max(1, packets + missed)) : measured;
    }

    /// <summary>Waits for the counters to be printed the next time.</summary>
    public long CountPackets()
    {
        _process.Forget();
        TestpmdSecond now = Second();
        return (long)(_work.CountsReceived ? now.Received : now.Sent);
    }

    public void Dispose() => _process.Dispose();

    private TestpmdSecond Second()
    {
        while (_process.NextLine(SecondAtMost, _bench.Stop) is { } line)
        {
            if (_statistics.Take(line) is { } second)
            {
                return second;
            }
        }

        throw _process.Fault("stopped printing its counters");
    }
}
