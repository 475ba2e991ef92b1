using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Sends, measures and reports, until the plan is done or somebody stops it.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static ExitCode Run(GeneratorOptions options, StopSignals stop)
    {
        var samples = new List<RateSample>();
        TrafficResult result;
        string? fault;
        using (var engine = new GeneratorEngine(options, options.IsQuiet ? TextWriter.Null : Console.Out))
        {
            TrafficPort port = engine.Port;
            port.Start(options.Plan, options.Sends);
            using (var view = LiveView.For(options))
            {
                Watch(engine, options, stop, samples, view);
            }

            port.StopSending();
            if (options.RxPort != null && options.Sends)
            {
                WaitUntilSettled(port, options.Settle, stop);
            }

            engine.Stop();
            fault = engine.Fault;
            result = port.Result! with { PortPackets = options.Plan.Streams.Count > 0 ? engine.PortPackets : null };
        }

        if (options.RxPort == null)
        {
            // Nobody here received: what came of the packets is in another result.
            result = result with { Streams = [.. result.Streams.Select(stream => stream with { Lost = 0 })] };
        }

        if (fault != null)
        {
            Console.Error.WriteLine(fault);
        }

        var report = new RunReport
        {
            Command = options.Command,
            TxPort = options.TxPort ?? string.Empty,
            RxPort = options.RxPort ?? string.Empty,
            Seed = options.Plan.Seed,
            Plan = [.. options.Plan.Streams.Select(stream => $"{stream.Name}: {stream.Rates}, {stream.Spacing}, {stream.Sizes} bytes")],
            Interrupted = stop.IsAsked,
            Audit = options.Sends ? Audit.Of(result) : [],
            Result = result,
            Samples = samples,
            Expectations = [.. options.Expectations.Select(expectation => new ExpectationReport(expectation.Text, expectation.Holds(result)))],
        };
        ReportWriter.Write(report, options);
        return fault != null ? ExitCode.RunFault : report.IsAsExpected ? ExitCode.Done : ExitCode.NotAsExpected;
    }

    private static void Watch(GeneratorEngine engine, GeneratorOptions options, StopSignals stop, List<RateSample> samples, LiveView view)
    {
        TrafficPort port = engine.Port;
        long start = Environment.TickCount64;
        (long Time, long Sent, long Received) before = (0, 0, 0);
        bool isOver = false;
        while (!isOver)
        {
            // Short looks near the end, so that a short run is not drawn out.
            long until = Environment.TickCount64 + (long)Interval.TotalMilliseconds;
            while (!isOver && Environment.TickCount64 < until)
            {
                isOver = stop.Wait(TimeSpan.FromMilliseconds(5)) || engine.IsOver
                    || (options.Sends ? port.IsSent : options.Duration > TimeSpan.Zero && Environment.TickCount64 - start >= options.Duration.TotalMilliseconds);
            }

            // Counts and the time that they take on the schedule, read together: a rate of them is never above the one asked for.
            TrafficResult result = port.Result!;
            long now = options.Sends ? result.ElapsedNanoseconds : (Environment.TickCount64 - start) * 1_000_000;
            if (now > before.Time)
            {
                double seconds = (now - before.Time) / 1e9;
                samples.Add(new RateSample(now / 1e9, (result.Sent - before.Sent) / seconds, (result.Received - before.Received) / seconds));
                before = (now, result.Sent, result.Received);
            }

            view.Update(result, samples);
        }
    }

    private static void WaitUntilSettled(TrafficPort port, TimeSpan settle, StopSignals stop)
    {
        using var source = new CancellationTokenSource();
        if (stop.IsAsked)
        {
            // Even an impatient user's last packets are given a moment.
            settle = TimeSpan.FromMilliseconds(Math.Min(settle.TotalMilliseconds, 200));
        }

        PortTrialRunner.WaitUntilSettled(port, settle, source.Token);
    }
}
