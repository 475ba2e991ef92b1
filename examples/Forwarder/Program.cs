using PollMode;
using PollMode.Examples.Forwarder;

// The forwarder: packets that come in by a port leave by its partner. Parse, build the engine, run it, report.
return CommandLine.Invoke(args, Forward);

static int Forward(ForwarderOptions options)
{
    ExitCode exit = ExitCode.Done;
    EngineStatistics totals;
    RunClock clock;
    using var stop = new StopSignals();
    var startup = new StartupTable(options.Json ? TextWriter.Null : Console.Out, Console.Error);

    using (var engine = new Engine(options.Engine, Drivers.All, pipeline => AddStages(pipeline, options), startup))
    {
        engine.Open();
        engine.Start();
        clock = RunClock.Start();

        // The workers forward; this thread looks on, until the sources end, a limit is reached or somebody stops it.
        IView view = options.Json ? new NoView() : Console.IsOutputRedirected ? new PlainView(engine, Console.Out) : new LiveView(engine);
        view.Show(new RunLimits(engine, options, clock, stop));

        clock.StopMeasuring();
        if (!engine.Stop(ForwarderOptions.DrainTime))
        {
            exit = ExitCode.NotDrained;
        }

        clock.Stop();
        if (engine.Completion.Exception?.InnerException is { } fault)
        {
            Console.Error.WriteLine(fault.Message);
            exit = ExitCode.RunFault;
        }

        // Ports close, bring their buffers home and say what went wrong; the totals are those of the very end.
        engine.Dispose();
        totals = engine.Statistics;
        exit = startup.PortsFaulted ? ExitCode.RunFault : exit;
    }

    Report report = Report.Of(totals, clock);
    report.Write(options.Json, Console.Out);
    return (int)(report.PoolInFlight > 0 ? ExitCode.Leaked : exit);
}

// What happens to a packet between the two ports. Each worker gets stages of its own.
static void AddStages(PipelineBuilder pipeline, ForwarderOptions options)
{
    switch (options.Mode)
    {
        case ForwardingMode.MacSwap when options.OnlyPort is { } port:
            pipeline.Use(() => new OnPortStage(port, new MacSwapStage()));
            break;
        case ForwardingMode.MacSwap:
            pipeline.Use<MacSwapStage>();
            break;
        case ForwardingMode.MacRewrite:
            pipeline.Use(() => new MacRewriteStage(options.Peers, options.Sources));
            break;
        default:
            // Plain forwarding: not a byte is touched.
            break;
    }
}
