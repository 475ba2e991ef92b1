using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Sends, measures and reports, until the plan is done or somebody stops it.</summary>
internal static class RunCommand
{
    private const long IntervalMilliseconds = 250;

    /// <summary>Even an impatient user's last packets are given a moment.</summary>
    private static readonly TimeSpan LastMoment = TimeSpan.FromMilliseconds(200);

    public static ExitCode Run(GeneratorOptions options, StopSignals stop)
    {
        if (options.IsDemo && !options.IsQuiet)
        {
            Console.WriteLine($"No port is named, so packets go through a ring in this process: --port {options.TxPort}. See --help for ports, rates and packets.");
        }

        var history = new RateHistory();
        TrafficResult result;
        string? fault;
        Rehearsal.Play(options);
        using (var engine = new GeneratorEngine(options, options.IsQuiet ? TextWriter.Null : Console.Out))
        {
            if (options.Sends)
            {
                engine.WaitForLinks(stop.Token);
            }

            engine.Mark();
            engine.Port.Start(options.Plan, options.Sends);
            using (var view = LiveView.For(options))
            {
                Watch(engine, options, stop, history, view);
            }

            engine.Port.StopSending();
            if (options.RxPort != null && options.Sends && !engine.IsOver)
            {
                PortTrialRunner.WaitUntilSettled(engine.Port, stop.IsAsked && options.Settle > LastMoment ? LastMoment : options.Settle, CancellationToken.None);
            }

            fault = engine.Fault;
            engine.Stop();
            result = engine.Result;
        }

        if (options.RxPort == null)
        {
            // Nobody here received: what came of the packets is in another result.
            result = result with { Streams = [.. result.Streams.Select(stream => stream with { Lost = 0 })] };
        }

        RunReport report = RunReport.For(options, stop.IsAsked) with
        {
            Plan = [.. options.Plan.Streams.Select(stream => $"{stream.Name}: {stream.Rates}, {stream.Spacing}, {stream.Sizes} bytes")],
            Audit = Audit.Of(result),
            Samples = history.Samples,
        };
        return ReportWriter.Write(report.With(result, options.Expectations), options, fault);
    }

    private static void Watch(GeneratorEngine engine, GeneratorOptions options, StopSignals stop, RateHistory history, LiveView view)
    {
        TrafficPort port = engine.Port;
        long start = Environment.TickCount64;
        bool isOver = false;
        while (!isOver)
        {
            // Short looks near the end, so that a short run is not drawn out.
            long until = Environment.TickCount64 + IntervalMilliseconds;
            while (!isOver && Environment.TickCount64 < until)
            {
                isOver = stop.Wait(TimeSpan.FromMilliseconds(5)) || engine.IsOver
                    || (options.Sends ? port.IsSent : options.Duration > TimeSpan.Zero && Environment.TickCount64 - start >= options.Duration.TotalMilliseconds);
            }

            // Counts and the time that they take on the schedule, read together: a rate of them is never above the one asked for.
            TrafficResult result = port.Result!;
            double seconds = options.Sends ? result.ElapsedNanoseconds / 1e9 : (Environment.TickCount64 - start) / 1e3;
            history.Look(seconds, result.Sent, result.Received, result.AskedPacketsPerSecond * seconds);
            view.Update(result, history.Now);
        }
    }
}
