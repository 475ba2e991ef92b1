using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The benchmarks of RFC 2544, size by size. What is found is kept at once, so that an interrupt loses nothing.</summary>
internal static class BenchmarkCommand
{
    public static ExitCode Run(GeneratorOptions options, StopSignals stop)
    {
        var sizes = new SizeReports();
        string? fault;
        Rehearsal.Play(options);
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token))
        using (var engine = new GeneratorEngine(options, options.IsQuiet ? TextWriter.Null : Console.Out))
        using (BenchmarkView view = BenchmarkView.For(options, sizes, () => engine.Port.Result))
        {
            var runner = new AuditedTrials(engine, new PortTrialRunner(engine.Port, options.Plan, options.Settle, end.Token), view);
            engine.WhenOver(end.Cancel);
            engine.WaitForLinks(end.Token);
            try
            {
                foreach (FrameSizes size in options.BenchmarkSizes)
                {
                    sizes.Add(size, options.Benchmark!.Highest);
                    RunSize(size, options, runner, sizes, view);
                }
            }
            catch (OperationCanceledException)
            {
                // What was found so far is reported.
            }

            fault = engine.Fault;
            engine.Stop();
        }

        RunReport report = RunReport.For(options, stop.IsAsked) with
        {
            Plan = [$"up to {options.Benchmark!.Highest}, trials of {TimeText.Format(options.Benchmark.TrialNanoseconds)}, resolution {options.Benchmark.Resolution * 100:0.###} %"],
            Benchmarks = sizes.All,
            Expectations = [.. options.BenchmarkExpectations.Select(expectation => new ExpectationReport(expectation.Text, sizes.All.All(expectation.Holds)))],
        };
        return ReportWriter.Write(report, options, fault);
    }

    private static void RunSize(FrameSizes size, GeneratorOptions options, ITrialRunner runner, SizeReports sizes, BenchmarkView view)
    {
        Rfc2544Benchmark benchmark = new(runner, options.Benchmark!, Note);
        bool Wants(string test) => options.BenchmarkTests.Contains(test);
        if (Wants("throughput") || Wants("latency"))
        {
            view.Begin("throughput");
            ThroughputResult throughput = benchmark.Throughput(size);
            sizes.Change(report => report with { Throughput = throughput });
        }

        if (Wants("pdr"))
        {
            view.Begin("pdr");
            var partial = new Rfc2544Benchmark(runner, options.Benchmark! with { LossTolerance = options.PartialTolerance }, step => Note(step with { Test = "pdr" }));
            ThroughputResult result = partial.Throughput(size);
            sizes.Change(report => report with { PartialDrop = result });
        }

        if (Wants("latency"))
        {
            view.Begin("latency");
            IReadOnlyList<TimeSummary> latency = benchmark.Latency(size, sizes.All[^1].Throughput!);
            sizes.Change(report => report with { Latency = latency });
        }

        if (Wants("loss"))
        {
            view.Begin("loss");
            IReadOnlyList<LossPoint> points = benchmark.FrameLoss(size);
            sizes.Change(report => report with { FrameLoss = points });
        }

        if (Wants("back-to-back"))
        {
            view.Begin("back-to-back");
            BackToBackResult burst = benchmark.BackToBack(size);
            sizes.Change(report => report with { BackToBack = burst });
        }

        void Note(BenchmarkStep step)
        {
            sizes.Change(report => report with { Trials = [.. report.Trials, step] });
            view.Note(step);
        }
    }

    /// <summary>Adds to a trial what the ports have to say about it: losses of their own make it invalid.</summary>
    private sealed class AuditedTrials(GeneratorEngine engine, ITrialRunner inner, BenchmarkView view) : ITrialRunner
    {
        public TrafficResult Run(TrialRequest request)
        {
            engine.Mark();
            view.Begin(request);
            _ = inner.Run(request);
            return engine.Result;
        }
    }
}
