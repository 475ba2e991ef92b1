using System.Diagnostics;
using PollMode;
using PollMode.Drivers.Software;
using PollMode.Examples.Isolated;
using PollMode.Isolation;

try
{
    Options options = Options.Parse(args);
    using var allocator = new Allocator(options.Allocate);
    if (options.Isolated)
    {
        await RunIsolated(options);
    }
    else
    {
        RunPlain(options);
    }

    return 0;
}
catch (PollModeException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}

// The data plane in a library with a runtime of its own: the app's collections do not stop it.
static async Task RunIsolated(Options options)
{
    using var engine = new IsolatedEngine(options.Library, options.Engine, new Dictionary<string, string>(StringComparer.Ordinal) { ["SampleEvery"] = options.SampleEvery })
    {
        KeepsAppOffCores = options.KeepOff,
    };
    engine.Open();
    var sampler = new Sampler(engine.OpenTap("samples"));
    engine.Start();
    var clock = Stopwatch.StartNew();
    await Task.WhenAny(engine.Completion, Task.Delay(TimeSpan.FromSeconds(options.Seconds)));
    double seconds = clock.Elapsed.TotalSeconds;
    engine.Stop(TimeSpan.FromSeconds(5));
    await sampler.End();
    int collections = GC.CollectionCount(0);
    TimeSpan pause = GC.GetTotalPauseDuration();
    RuntimeStatistics inside = engine.Runtime;
    engine.Dispose();
    Summary.Print(options, engine.Statistics, seconds, collections, pause, inside);
}

// The same stages in the app's own runtime, to compare.
static void RunPlain(Options options)
{
    using var engine = new Engine(options.Engine, new DriverRegistry().AddSoftwareDrivers(), pipeline => pipeline.Use<MacSwapStage>());
    using CpuReservation reservation = CpuReservation.Take(options.KeepOff ? CpuList.Parse(options.Engine.Cores) : []);
    engine.Open();
    engine.Start();
    var clock = Stopwatch.StartNew();
    engine.Completion.Wait(TimeSpan.FromSeconds(options.Seconds));
    double seconds = clock.Elapsed.TotalSeconds;
    engine.Stop(TimeSpan.FromSeconds(5));
    int collections = GC.CollectionCount(0);
    TimeSpan pause = GC.GetTotalPauseDuration();
    engine.Dispose();
    Summary.Print(options, engine.Statistics, seconds, collections, pause, null);
}
