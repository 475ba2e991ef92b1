using System.CommandLine;
using System.Runtime.InteropServices;
using PollMode;
using PollMode.EndToEnd;

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var names = new Argument<string[]>("name") { Description = "Comparisons, by name or the start of it; all without one.", Arity = ArgumentArity.ZeroOrMore };
var list = new Option<bool>("--list") { Description = "Show the comparisons with their peers, and measure nothing." };
var repetitions = new Option<int>("--repetitions", "-n") { Description = "Runs of each contender, in turn A B A B.", DefaultValueFactory = _ => 5 };
var minutes = new Option<int?>("--minutes") { Description = "Time for all: passes over all comparisons, one run of each contender in each, until it is over or all have their runs." };
var seconds = new Option<int>("--seconds", "-s") { Description = "Measured seconds of each run.", DefaultValueFactory = _ => new Bench().Seconds };
var warmUp = new Option<int>("--warm-up") { Description = "Seconds before that.", DefaultValueFactory = _ => new Bench().WarmUpSeconds };
var testpmd = new Option<string>("--testpmd") { Description = "The dpdk-testpmd to compare with.", DefaultValueFactory = _ => Tool.Testpmd.Program };
var core = new Option<int>("--core") { Description = "The core of whoever is measured.", DefaultValueFactory = _ => new Bench().Core };
var json = new Option<string?>("--json") { Description = "File for the results as JSON." };
var markdown = new Option<string?>("--markdown") { Description = "File for the results as a Markdown page." };
testpmd.Validators.Add(given =>
{
    if (given.GetValueOrDefault<string>() is { } program && !new Tool(program, Tool.Testpmd.Package).IsInstalled && given.Tokens.Count > 0)
    {
        given.AddError($"There is no program '{program}'; name a dpdk-testpmd, by its path or a name that PATH has.");
    }
});
var charts = new Option<string?>("--charts") { Description = "Folder for charts of the results." };
var save = new Option<bool>("--save") { Description = "Keep the results in perf/results.json, and write perf/RESULTS.md, the README's table and the charts anew." };
var compare = new Command("compare", "Measures PollMode beside its peers, in turn, and prints medians and ratios.") { names, list, repetitions, minutes, seconds, warmUp, testpmd, core, json, markdown, charts, save };
compare.SetAction(parsed => Guarded(() => parsed.GetValue(list)
    ? CompareCommand.List()
    : CompareCommand.Run(
        new CompareOptions(
            parsed.GetValue(names) ?? [], parsed.GetValue(repetitions), parsed.GetValue(minutes), Typed(parsed, repetitions, seconds, warmUp, testpmd), parsed.GetValue(save),
            parsed.GetValue(json), parsed.GetValue(markdown), parsed.GetValue(charts)),
        new Bench
        {
            WarmUpSeconds = parsed.GetValue(warmUp),
            Seconds = parsed.GetValue(seconds),
            Core = parsed.GetValue(core),
            Testpmd = Tool.Testpmd with { Program = parsed.GetValue(testpmd)! },
            Stop = stop.Token,
        })));

var report = new Command("report", "Writes perf/RESULTS.md, the README's table and the charts anew from perf/results.json.");
report.SetAction(_ => Guarded(CompareCommand.Report));

var ports = new Option<string[]>("--port") { Description = "The ports, by spec.", DefaultValueFactory = _ => ["null", "null"] };
var egress = new Option<string>("--egress") { Description = "For each port the one its packets leave by, -1 for none; pairs without it.", DefaultValueFactory = _ => "" };
var stages = new Option<string[]>("--stage") { Description = "The stages, in order.", DefaultValueFactory = _ => [] };
var burst = new Option<int>("--burst") { Description = "Packets in a burst.", DefaultValueFactory = _ => 64 };
var cores = new Option<string>("--cores") { Description = "Cores for workers, one for each.", DefaultValueFactory = _ => new Bench().CoreText };
var idle = new Option<IdleKind>("--idle") { Description = "What workers do when nothing arrives.", DefaultValueFactory = _ => IdleKind.BusySpin };
var buffers = new Option<int>("--buffers") { Description = "Buffers of each worker's pool." };
var bufferBytes = new Option<int>("--buffer-bytes") { Description = "Bytes of a buffer." };
var retries = new Option<int>("--retries") { Description = "Times that a full egress queue is tried again." };
var count = new Option<string>("--count") { Description = "What counts as a packet done: tx, rx, one of them of one port (rx:1), or a port's own counter.", DefaultValueFactory = _ => "tx" };
var obey = new Option<bool>("--obey") { Description = "Do what comes on standard input, 'measure WARM-UP SECONDS' or 'count', until that is closed." };
var run = new Command("run", "Runs one engine and prints what it did: what compare starts as a process of its own.") { ports, egress, stages, burst, cores, idle, buffers, bufferBytes, retries, count, warmUp, seconds, obey };
run.SetAction(parsed => Guarded(() => EngineRun.Run(
    new EngineOptions
    {
        Ports = [.. parsed.GetValue(ports)!],
        Egress = [.. parsed.GetValue(egress)!.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)],
        BurstSize = parsed.GetValue(burst),
        Cores = parsed.GetValue(cores)!,
        Idle = parsed.GetValue(idle),
        BuffersPerWorker = parsed.GetValue(buffers),
        BufferBytes = parsed.GetValue(bufferBytes),
        SendRetries = parsed.GetValue(retries),
    },
    parsed.GetValue(stages)!, parsed.GetValue(count)!, parsed.GetValue(warmUp), parsed.GetValue(seconds), parsed.GetValue(obey))));

var part = new Argument<string>("part") { Description = "mempool or ring." };
var bulk = new Option<int>("--bulk") { Description = "Objects at once.", DefaultValueFactory = _ => 32 };
var keep = new Option<int>("--keep") { Description = "Objects out at the same time.", DefaultValueFactory = _ => 32 };
var measurePart = new Command("part", "Runs one part by itself and prints what it costs: what compare starts as a process of its own.") { part, bulk, keep, core, warmUp, seconds };
measurePart.SetAction(parsed => Guarded(() => PartRun.Run(
    parsed.GetValue(part)!, parsed.GetValue(bulk), parsed.GetValue(keep), parsed.GetValue(core), parsed.GetValue(warmUp), parsed.GetValue(seconds))));

return new RootCommand("Measures PollMode beside its peers, whole programs in turn on one machine.") { compare, report, run, measurePart }.Parse(args).Invoke();

// Whatever is under way is ended by those who started it, on their way out.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

static string Typed(ParseResult parsed, params Option[] options) =>
    string.Concat(options.Select(option => parsed.GetResult(option)).Where(result => result is { Implicit: false }).Select(result => $" {result!.Option.Name} {string.Join(' ', result.Tokens)}"));

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
}
