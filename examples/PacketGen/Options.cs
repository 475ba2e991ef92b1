using System.CommandLine;

namespace PollMode.Examples.PacketGen;

/// <summary>The options of all commands, in groups; <c>Options.Reading.cs</c> says what they mean.</summary>
internal static partial class Options
{
    private static readonly Option<string?> Port = new("--port", "-p") { HelpName = "SPEC", Description = "A port that sends, and that packets come back by." };
    private static readonly Option<string?> Tx = new("--tx") { HelpName = "SPEC", Description = "The port that sends." };
    private static readonly Option<string?> Rx = new("--rx") { HelpName = "SPEC", Description = "The port that receives." };
    private static readonly Option<string[]> Dut = new("--dut") { HelpName = "SPEC", Description = "Give twice: the ports of a device under test in this process, which forwards between them." };
    private static readonly Option<bool> TxOnly = new("--tx-only") { Description = "Send by --tx and receive nothing; write --result for join." };
    private static readonly Option<bool> RxOnly = new("--rx-only") { Description = "Receive by --rx and send nothing; write --result for join." };
    private static readonly Option<int> Streams = new("--streams") { HelpName = "N", Description = "--rx-only: how many streams to expect.", DefaultValueFactory = _ => 1 };

    private static readonly Option<string> RateOption = new("--rate", "-r") { HelpName = "RATE", Description = "10%, 3.2Mpps, 5Gbps (of frames), 5GbpsL1 (on the wire) or max; over time 1Mpps@10s,1Mpps..5Mpps@30s,5Mpps.", DefaultValueFactory = _ => "max" };
    private static readonly Option<string> SpacingOption = new("--spacing") { HelpName = "LAW", Description = "constant, poisson, burst:N (N at once, the mean is the rate) or burst:N:GAP (N at the rate, then silence).", DefaultValueFactory = _ => "constant" };
    private static readonly Option<string> Duration = new("--duration", "-d") { HelpName = "TIME", Description = "Send, or receive, so long: 10s. Without: until Ctrl-C, or --packets.", DefaultValueFactory = _ => "0s" };
    private static readonly Option<long> Packets = new("--packets", "-n") { HelpName = "N", Description = "Send so many." };
    private static readonly Option<string> Line = new("--line") { HelpName = "BITRATE", Description = "The line's rate, 10Gbps: what percentages are of, and what is never exceeded.", DefaultValueFactory = _ => string.Empty };
    private static readonly Option<string> MaxBehind = new("--max-behind") { HelpName = "TIME", Description = "Move the schedule rather than catch up with more than this; 0s for never.", DefaultValueFactory = _ => "0s" };

    private static readonly Option<string> Size = new("--size", "-s") { HelpName = "BYTES", Description = "Frame size with FCS: 64; 64-1518 at random; 64:7,594:4,1518:1 by weight, which is imix.", DefaultValueFactory = _ => "64" };
    private static readonly Option<string> Proto = new("--proto") { HelpName = "udp|tcp|icmp|none", Description = "What IP carries.", DefaultValueFactory = _ => "udp" };
    private static readonly Option<int> Ip = new("--ip") { HelpName = "4|6|0", Description = "IP version; 0 for none.", DefaultValueFactory = _ => 4 };
    private static readonly Option<int> Vlan = new("--vlan") { HelpName = "0|1|2", Description = "VLAN tags." };
    private static readonly Option<int> Flows = new("--flows") { HelpName = "N", Description = "Flows that take turns, told apart by port and, beyond 32768, address." };
    private static readonly Option<string[]> Set = new("--set") { HelpName = "FIELD=VALUES", Description = "A field by its Wireshark name; again for more. Values: ip.dst=10.0.0.1-10.0.0.254, ip.src=10.0.0.1+100, udp.dstport=53|80, ip.id=random:0-65535, tcp.window_size=1-65535/311." };
    private static readonly Option<string> Payload = new("--payload") { HelpName = "PATTERN", Description = "Behind the signature: zeros, ones, count, random, hex:deadbeef, or leave for what is in the buffer.", DefaultValueFactory = _ => "count" };
    private static readonly Option<bool> NoSignature = new("--no-signature") { Description = "Load only: nothing is measured of these packets." };
    private static readonly Option<long> Seed = new("--seed") { HelpName = "N", Description = "What all chance is made from: the same seed sends the same bytes.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Profile = new("--profile") { HelpName = "FILE", Description = "Streams from a JSON file, instead of the options above; README.md has its keys." };

    private static readonly Option<string> Verify = new("--verify") { HelpName = "payload|frame", Description = "frame: find a changed bit in any header, too, for devices that must not change any.", DefaultValueFactory = _ => "payload" };
    private static readonly Option<string> Settle = new("--settle") { HelpName = "TIME", Description = "How long to wait for packets under way after the last one came.", DefaultValueFactory = _ => "500ms" };
    private static readonly Option<bool> NoGaps = new("--no-gap-audit") { Description = "Do not record gaps: a little faster." };
    private static readonly Option<string[]> Expect = new("--expect") { HelpName = "CONDITION", Description = "Exit with 3 unless it holds; again for more: loss<=0.001%, p99<=50us, rate>=1Mpps, reordered==0; of rfc2544 throughput>=1Mpps, p99<=1ms." };

    private static readonly Option<string> Trial = new("--trial") { HelpName = "TIME", Description = "How long each trial sends; the RFC asks for 60s.", DefaultValueFactory = _ => "10s" };
    private static readonly Option<string> Tests = new("--tests") { HelpName = "LIST", Description = "Of throughput,latency,loss,back-to-back,pdr.", DefaultValueFactory = _ => "throughput,latency,loss,back-to-back" };
    private static readonly Option<string> Sizes = new("--sizes") { HelpName = "LIST", Description = "Frame sizes: 64,512,1518; with mixes among them separated by semicolons: 64;64:7,594:4;imix. all: the seven of the RFC and imix.", DefaultValueFactory = _ => "all" };
    private static readonly Option<string> Highest = new("--rate", "-r") { HelpName = "RATE", Description = "The highest rate to try, where --line does not say it: 5Mpps, 10GbpsL1.", DefaultValueFactory = _ => string.Empty };
    private static readonly Option<double> Resolution = new("--resolution") { HelpName = "PERCENT", Description = "How exact a search is, in percent of the highest rate.", DefaultValueFactory = _ => 0.5 };
    private static readonly Option<double> Tolerance = new("--loss-tolerance") { HelpName = "PERCENT", Description = "Loss that a throughput trial may have: 0 for RFC 2544 and NDR.", DefaultValueFactory = _ => 0 };
    private static readonly Option<double> PartialTolerance = new("--pdr-tolerance") { HelpName = "PERCENT", Description = "Loss that a pdr trial may have.", DefaultValueFactory = _ => 0.5 };
    private static readonly Option<int> Repetitions = new("--repetitions") { HelpName = "N", Description = "Trials of latency and of back-to-back bursts; the RFC asks for 20 and 50.", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Attempts = new("--attempts") { HelpName = "N", Description = "How often a trial is tried that says nothing, because this machine was held up.", DefaultValueFactory = _ => 5 };

    private static readonly Argument<string> Capture = new("FILE") { Description = "The capture: pcap or pcapng." };
    private static readonly Option<string> ReplayRate = new("--rate", "-r") { HelpName = "RATE", Description = "Send at this rate instead of the recorded pace.", DefaultValueFactory = _ => string.Empty };
    private static readonly Option<double> Speed = new("--speed") { HelpName = "FACTOR", Description = "How many times as fast as recorded.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Loop = new("--loop") { HelpName = "N", Description = "How often to send the capture.", DefaultValueFactory = _ => 1 };
    private static readonly Argument<string> SentFile = new("SENT") { Description = "The sender's result." };
    private static readonly Argument<string> ReceivedFile = new("RECEIVED") { Description = "The receiver's result." };

    private static readonly Option<string> Cores = new("--cores", "-c") { HelpName = "LIST", Description = "Cores to pin workers to, one worker each: 2-5,8.", DefaultValueFactory = _ => string.Empty };
    private static readonly Option<int> Workers = new("--workers") { HelpName = "N", Description = "Worker threads. One, the default without --cores, does everything; two send and receive apart." };
    private static readonly Option<int> BurstSize = new("--burst", "-b") { HelpName = "N", Description = "Most packets handed over at once, 1 to 256.", DefaultValueFactory = _ => 64 };
    private static readonly Option<string> Idle = new("--idle") { HelpName = "busy|pause|adaptive", Description = "What a worker does between packets; adaptive sleeps, and spoils the pace.", DefaultValueFactory = _ => "pause" };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object at the end and nothing else." };
    private static readonly Option<bool> Csv = new("--csv") { Description = "Print CSV at the end and nothing else." };
    private static readonly Option<string?> Report = new("--report") { HelpName = "FILE", Description = "Write a page with charts: one HTML file that needs no network." };
    private static readonly Option<string?> Result = new("--result") { HelpName = "FILE", Description = "Write that JSON object to a file; join reads it." };
    private static readonly Option<string?> Hdr = new("--hdr") { HelpName = "FILE", Description = "Write the latency histogram in HdrHistogram's percentile format, in microseconds." };

    private static readonly OptionGroup PacketGroup = new("Packets", Size, Proto, Ip, Vlan, Flows, Set, Payload, NoSignature, Seed, Profile);
    private static readonly OptionGroup MachineGroup = new("Machine", Cores, Workers, BurstSize, Idle);
    private static readonly OptionGroup OutputGroup = new("Output", Json, Csv, Report, Result, Hdr);

    /// <summary>What a stream of its own says; a profile says it instead.</summary>
    private static readonly Option[] OfOneStream = [RateOption, SpacingOption, Size, Packets, Proto, Ip, Vlan, Flows, Set, Payload, NoSignature];

    /// <summary>The options of <c>run</c>.</summary>
    public static IReadOnlyList<OptionGroup> OfRun { get; } =
    [
        new("Ports", Port, Tx, Rx, Dut, TxOnly, RxOnly, Streams),
        new("Rate and time", RateOption, SpacingOption, Duration, Packets, Line, MaxBehind),
        PacketGroup,
        new("Measuring", Verify, Settle, NoGaps, Expect),
        MachineGroup,
        OutputGroup,
    ];

    /// <summary>The options of <c>rfc2544</c>.</summary>
    public static IReadOnlyList<OptionGroup> OfBenchmark { get; } =
    [
        new("Ports", Port, Tx, Rx, Dut),
        new("Benchmarks", Tests, Sizes, Line, Highest, Trial, Resolution, Tolerance, PartialTolerance, Repetitions, Attempts),
        new("Packets", Proto, Ip, Vlan, Flows, Set, Payload, Seed),
        new("Measuring", Verify, Settle, Expect),
        MachineGroup,
        OutputGroup,
    ];

    /// <summary>The options of <c>replay</c>.</summary>
    public static IReadOnlyList<OptionGroup> OfReplay { get; } =
    [
        new("Ports", Port, Tx, Rx),
        new("Pace", Speed, ReplayRate, SpacingOption, Line, Loop, Seed),
        new("Measuring", Settle, Expect),
        new("Machine", Cores, BurstSize, Idle),
        new("Output", Json, Csv, Report, Result),
    ];

    /// <summary>The options of <c>join</c>.</summary>
    public static IReadOnlyList<OptionGroup> OfJoin { get; } = [new("Measuring", Expect), new("Output", Json, Csv, Report, Result)];

    /// <summary>The arguments of <c>replay</c> and <c>join</c>.</summary>
    public static IReadOnlyList<Argument> ReplayArguments { get; } = [Capture];

    /// <inheritdoc cref="ReplayArguments"/>
    public static IReadOnlyList<Argument> JoinArguments { get; } = [SentFile, ReceivedFile];
}
