using System.CommandLine;
using PollMode.EndToEnd;

var names = new Argument<string[]>("case") { Description = "Cases to run, by name or the start of it; all without one.", Arity = ArgumentArity.ZeroOrMore };
var repetitions = new Option<int>("--repetitions", "-n") { Description = "Runs of each side, in turn A B A B.", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds", "-s") { Description = "Measured seconds of each run, after two of warm-up.", DefaultValueFactory = _ => 3 };
var testpmd = new Option<string>("--testpmd") { Description = "The dpdk-testpmd to compare with.", DefaultValueFactory = _ => "dpdk-testpmd" };
var cpu = new Option<int>("--cpu") { Description = "The core that forwards.", DefaultValueFactory = _ => Environment.ProcessorCount - 1 };
var json = new Option<string?>("--json") { Description = "File for the results as JSON." };
var markdown = new Option<string?>("--markdown") { Description = "File for the results as a Markdown table." };

var compare = new Command("compare", "Runs PollMode and its peers in turn and prints medians and ratios.") { names, repetitions, seconds, testpmd, cpu, json, markdown };
compare.SetAction(parsed => Comparison.Run(new ComparisonSettings(
    parsed.GetValue(names) ?? [],
    parsed.GetValue(repetitions),
    parsed.GetValue(seconds),
    parsed.GetValue(testpmd)!,
    parsed.GetValue(cpu),
    parsed.GetValue(json),
    parsed.GetValue(markdown))));

var mode = new Option<string>("--mode") { Description = "io or mac-swap.", DefaultValueFactory = _ => "io" };
var burst = new Option<int>("--burst") { Description = "Packets in a burst.", DefaultValueFactory = _ => 64 };
var ports = new Option<string[]>("--port") { Description = "The ports, by spec.", DefaultValueFactory = _ => ["null:size=64", "null:size=64"] };
var bufferBytes = new Option<int>("--buffer-bytes") { Description = "Bytes of a buffer; 0 for what the engine chooses.", DefaultValueFactory = _ => 0 };
var run = new Command("run", "Forwards between ports on one core and prints packets per second: what compare starts as a process of its own.") { mode, burst, seconds, cpu, ports, bufferBytes };
run.SetAction(parsed => PollModeRun.Run(parsed.GetValue(ports)!, parsed.GetValue(mode)!, parsed.GetValue(burst), parsed.GetValue(seconds), parsed.GetValue(cpu), parsed.GetValue(bufferBytes)));

return new RootCommand("Measures PollMode beside its peers, whole programs in one run on one machine.") { compare, run }.Parse(args).Invoke();
