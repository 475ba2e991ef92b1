using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The benchmarks of RFC 2544, size by size.</summary>
internal static class BenchmarkCommand
{
    private const double UsualPartialDrop = 0.005;

    public static ExitCode Run(GeneratorOptions options, StopSignals stop)
    {
        var sizes = new List<SizeReport>();
        TrafficResult? last = null;
        using (var cancel = new CancellationTokenSource())
        using (var engine = new GeneratorEngine(options, options.IsQuiet ? TextWriter.Null : Console.Out))
        using (var watcher = new Timer(_ => CancelIf(stop.IsAsked, cancel), null, 50, 50))
        {
            var runner = new Remembering(new PortTrialRunner(engine.Port, options.Plan, options.Settle, cancel.Token));
            Action<BenchmarkStep> progress = options.IsQuiet ? _ => { } : Show;
            var benchmark = new Rfc2544Benchmark(runner, options.Benchmark!, progress);
            var partial = new Rfc2544Benchmark(runner, options.Benchmark! with { LossTolerance = UsualPartialDrop }, progress);
            try
            {
                foreach (FrameSizes size in options.BenchmarkSizes)
                {
                    RunSize(size, options, benchmark, partial, sizes);
                }
            }
            catch (OperationCanceledException)
            {
                // What was found so far is reported.
            }

            last = runner.Last;
        }

        var report = new RunReport
        {
            Command = options.Command,
            TxPort = options.TxPort ?? string.Empty,
            RxPort = options.RxPort ?? string.Empty,
            Seed = options.Plan.Seed,
            Plan = [$"up to {options.Benchmark!.Highest}, trials of {TimeText.Format(options.Benchmark.TrialNanoseconds)}, resolution {options.Benchmark.Resolution * 100:0.###} %"],
            Interrupted = stop.IsAsked,
            Audit = [],
            Result = last,
            Benchmarks = sizes,
            Expectations = last == null ? [] : [.. options.Expectations.Select(expectation => new ExpectationReport(expectation.Text, expectation.Holds(last)))],
        };
        ReportWriter.Write(report, options);
        return report.IsAsExpected ? ExitCode.Done : ExitCode.NotAsExpected;
    }

    /// <summary>What is found of a size is kept at once, so that an interrupt loses nothing.</summary>
    private static void RunSize(FrameSizes size, GeneratorOptions options, Rfc2544Benchmark benchmark, Rfc2544Benchmark partial, List<SizeReport> sizes)
    {
        int index = sizes.Count;
        sizes.Add(new SizeReport { Size = size.ToString() });
        bool Wants(string test) => options.BenchmarkTests.Contains(test);
        ThroughputResult? throughput = null;
        if (Wants("throughput") || Wants("latency"))
        {
            throughput = benchmark.Throughput(size);
            sizes[index] = sizes[index] with { Throughput = throughput };
        }

        if (Wants("pdr"))
        {
            sizes[index] = sizes[index] with { PartialDrop = partial.Throughput(size) };
        }

        if (Wants("latency"))
        {
            sizes[index] = sizes[index] with { Latency = benchmark.Latency(size, throughput!) };
        }

        if (Wants("loss"))
        {
            sizes[index] = sizes[index] with { FrameLoss = benchmark.FrameLoss(size) };
        }

        if (Wants("back-to-back"))
        {
            sizes[index] = sizes[index] with { BackToBackPackets = benchmark.BackToBack(size) };
        }
    }

    private static void CancelIf(bool asked, CancellationTokenSource cancel)
    {
        if (asked)
        {
            cancel.Cancel();
        }
    }

    private static void Show(BenchmarkStep step) =>
        Console.WriteLine($"  {step.Test,-13} {step.Size,-6} {step.Offered,-18} loss {step.LossRatio * 100,9:0.####} %  {(step.Passed ? "passed" : step.KeptUp ? "failed" : "failed: the sender could not keep up")}");

    /// <summary>Keeps the last trial: what is expected is looked up in it.</summary>
    private sealed class Remembering(ITrialRunner inner) : ITrialRunner
    {
        public TrafficResult? Last { get; private set; }

        public TrafficResult Run(TrialRequest request) => Last = inner.Run(request);
    }
}
