using System.CommandLine;
using System.Runtime.InteropServices;
using PollMode;
using PollMode.EndToEnd;
using PollMode.Latency;

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

var ways = new Argument<string[]>("way") { Description = "ring, veth or peer; all without one.", Arity = ArgumentArity.ZeroOrMore };
var repetitions = new Option<int>("--repetitions", "-n") { Description = "Runs of each, in turn.", DefaultValueFactory = _ => 3 };
var seconds = new Option<int>("--seconds", "-s") { Description = "Measured seconds of each run.", DefaultValueFactory = _ => 2 };
var warmUp = new Option<int>("--warm-up") { Description = "Seconds before that.", DefaultValueFactory = _ => 2 };
var testpmd = new Option<string>("--testpmd") { Description = "The dpdk-testpmd to compare with.", DefaultValueFactory = _ => Tool.Testpmd.Program };
var save = new Option<bool>("--save") { Description = "Write the tables into perf/GC.md." };
var core = new Option<int>("--core") { Description = "The core of whoever is measured.", DefaultValueFactory = _ => new Bench().Core };
var realTime = new Option<int>("--real-time") { Description = "Real-time priority of whoever is measured; 0 for the ordinary scheduler.", DefaultValueFactory = _ => 1 };

var allocate = new Option<Allocation>("--allocate");
var offCore = new Option<int>("--off-core");
var mode = new Option<Mode>("--mode");
var egress = new Option<string>("--egress") { DefaultValueFactory = _ => "" };
var ports = new Option<string[]>("--port");
var host = new Command("host", "An app with an engine: what is started as a process of its own.") { mode, allocate, core, offCore, egress, ports, realTime };
host.SetAction(parsed => Guarded(() => EngineHost.Run(new HostOptions
{
    Mode = parsed.GetValue(mode),
    Allocation = parsed.GetValue(allocate),
    Core = parsed.GetValue(core),
    OffCore = parsed.GetValue(offCore),
    RealTime = parsed.GetValue(realTime),
    Ports = parsed.GetValue(ports)!,
    Egress = [.. parsed.GetValue(egress)!.Split(',').Select(int.Parse)],
})));
var app = new Command("app", "An app without one.") { allocate, offCore };
app.SetAction(parsed => AppCommand.Run(parsed.GetValue(allocate), parsed.GetValue(offCore)));
var bareWarmUp = new Option<double>("--warm-up");
var bareSeconds = new Option<double>("--seconds");
var bare = new Command("bare", "A loop without an engine.") { core, bareWarmUp, bareSeconds, realTime };
bare.SetAction(parsed => Guarded(() => BareLoop.Run(parsed.GetValue(core), parsed.GetValue(bareWarmUp), parsed.GetValue(bareSeconds), parsed.GetValue(realTime))));

var root = new RootCommand("Measures forwarding latency while an app allocates: the engine in its runtime and out of its reach, and dpdk-testpmd.") { ways, repetitions, seconds, warmUp, testpmd, core, realTime, save };
root.Subcommands.Add(host);
root.Subcommands.Add(app);
root.Subcommands.Add(bare);
root.SetAction(parsed => Guarded(() => MeasureCommand.Run(
    parsed.GetValue(ways) ?? [],
    parsed.GetValue(repetitions),
    parsed.GetValue(save),
    new Bench
    {
        WarmUpSeconds = parsed.GetValue(warmUp),
        Seconds = parsed.GetValue(seconds),
        Core = parsed.GetValue(core),
        RealTimePriority = parsed.GetValue(realTime),
        Testpmd = Tool.Testpmd with { Program = parsed.GetValue(testpmd)! },
        Stop = stop.Token,
    })));
return root.Parse(args).Invoke();

// Whatever is under way is ended by those who started it, on their way out.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

static int Guarded(Func<int> action)
{
    try
    {
        return action();
    }
    catch (PollModeException fault)
    {
        Console.Error.WriteLine(fault.Message);
        return 1;
    }
    catch (OperationCanceledException)
    {
        return 130;
    }
}
