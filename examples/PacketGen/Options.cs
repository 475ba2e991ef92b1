using System.CommandLine;
using System.Globalization;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The command line's options, and what they mean.</summary>
internal static class Options
{
    /// <summary>A trial must not fail because its sender was held up and then caught up in one burst.</summary>
    private const long LongestCatchUp = 1_000_000;

    private static readonly Option<string?> Port = new("--port", "-p") { HelpName = "SPEC", Description = "A port that sends, and that packets come back by: driver:device[,key=value...]." };
    private static readonly Option<string?> Tx = new("--tx") { HelpName = "SPEC", Description = "The port that sends." };
    private static readonly Option<string?> Rx = new("--rx") { HelpName = "SPEC", Description = "The port that receives." };
    private static readonly Option<string[]> Dut = new("--dut") { HelpName = "SPEC", Description = "Give twice: the ports of a device under test in this process, which forwards between them." };
    private static readonly Option<bool> TxOnly = new("--tx-only") { Description = "Send by --tx and receive nothing; write --result for the join." };
    private static readonly Option<bool> RxOnly = new("--rx-only") { Description = "Receive by --rx and send nothing; write --result for the join." };
    private static readonly Option<string?> Profile = new("--profile") { HelpName = "FILE", Description = "Streams from a JSON file, instead of the options for one." };
    private static readonly Option<string> RateOption = new("--rate", "-r") { HelpName = "RATE", Description = "10%, 3.2Mpps, 5Gbps (frames), 5GbpsL1 (wire), max; over time 1Mpps@10s,1Mpps..2Mpps@10s.", DefaultValueFactory = _ => "max" };
    private static readonly Option<string> SpacingOption = new("--spacing") { HelpName = "LAW", Description = "constant, poisson, burst:N (N at once), burst:N:GAP.", DefaultValueFactory = _ => "constant" };
    private static readonly Option<string> Size = new("--size", "-s") { HelpName = "BYTES", Description = "Frame size with FCS: 64, 64-1518 (random), 64:7,594:4,1518:1 (a mix), imix.", DefaultValueFactory = _ => "64" };
    private static readonly Option<string> Duration = new("--duration", "-d") { HelpName = "TIME", Description = "Send so long: 10s. Default until Ctrl-C, or --packets.", DefaultValueFactory = _ => "0s" };
    private static readonly Option<long> Packets = new("--packets", "-n") { HelpName = "N", Description = "Send so many." };
    private static readonly Option<string> Proto = new("--proto") { HelpName = "udp|tcp|icmp|none", Description = "What IP carries.", DefaultValueFactory = _ => "udp" };
    private static readonly Option<int> Ip = new("--ip") { HelpName = "4|6|0", Description = "IP version; 0 for none.", DefaultValueFactory = _ => 4 };
    private static readonly Option<int> Vlan = new("--vlan") { HelpName = "0|1|2", Description = "VLAN tags." };
    private static readonly Option<int> Flows = new("--flows") { HelpName = "N", Description = "Flows that take turns." };
    private static readonly Option<string[]> Set = new("--set") { HelpName = "FIELD=VALUES", Description = "A field by its Wireshark name: ip.dst=10.0.0.1-10.0.0.254, udp.dstport=53|80, ip.id=random:0-65535, ip.src=10.0.0.1+100." };
    private static readonly Option<string> Payload = new("--payload") { HelpName = "PATTERN", Description = "zeros, ones, count, random or hex:deadbeef.", DefaultValueFactory = _ => "count" };
    private static readonly Option<bool> NoSignature = new("--no-signature") { Description = "Load only: nothing can be measured." };
    private static readonly Option<string> Verify = new("--verify") { HelpName = "payload|frame", Description = "frame: find a changed bit in any header, too, for devices that must not change any.", DefaultValueFactory = _ => "payload" };
    private static readonly Option<long> Seed = new("--seed") { HelpName = "N", Description = "What all chance is made from.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Line = new("--line") { HelpName = "BITRATE", Description = "The line's rate, 10Gbps: for percentages, and never exceeded.", DefaultValueFactory = _ => string.Empty };
    private static readonly Option<string> MaxBehind = new("--max-behind") { HelpName = "TIME", Description = "Move the schedule rather than catch up with more than this; 0s for never.", DefaultValueFactory = _ => "0s" };
    private static readonly Option<bool> NoGaps = new("--no-gap-audit") { Description = "Do not record gaps: a little faster." };
    private static readonly Option<int> Streams = new("--streams") { HelpName = "N", Description = "--rx-only: streams to expect.", DefaultValueFactory = _ => 1 };
    private static readonly Option<string> Settle = new("--settle") { HelpName = "TIME", Description = "How long to wait for packets under way.", DefaultValueFactory = _ => "500ms" };
    private static readonly Option<string> Cores = new("--cores", "-c") { HelpName = "LIST", Description = "Cores to pin workers to: 2-5,8.", DefaultValueFactory = _ => string.Empty };
    private static readonly Option<int> Workers = new("--workers") { HelpName = "N", Description = "Worker threads; one does everything on one core.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> BurstSize = new("--burst", "-b") { HelpName = "N", Description = "Most packets handed over at once, 1 to 256.", DefaultValueFactory = _ => 64 };
    private static readonly Option<string> Idle = new("--idle") { HelpName = "busy|pause|adaptive", Description = "What a worker does between packets; adaptive sleeps, and spoils the pace.", DefaultValueFactory = _ => "pause" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object at the end and nothing else." };
    private static readonly Option<bool> Csv = new("--csv") { Description = "Print CSV at the end and nothing else." };
    private static readonly Option<string?> Report = new("--report") { HelpName = "FILE", Description = "Write a page with charts, self-contained HTML." };
    private static readonly Option<string?> Result = new("--result") { HelpName = "FILE", Description = "Write the result as JSON, for join." };
    private static readonly Option<string?> Hdr = new("--hdr") { HelpName = "FILE", Description = "Write the latency histogram in HdrHistogram's percentile format, in microseconds." };
    private static readonly Option<string[]> Expect = new("--expect") { HelpName = "CONDITION", Description = "Exit with 3 unless it holds: loss<=0.001%, p99<=50us, rate>=1Mpps, reordered==0." };

    private static readonly Option<string> Trial = new("--trial") { HelpName = "TIME", Description = "How long each trial sends; the RFC asks for 60s.", DefaultValueFactory = _ => "10s" };
    private static readonly Option<string> Tests = new("--tests") { HelpName = "LIST", Description = "Of throughput,latency,loss,back-to-back,pdr.", DefaultValueFactory = _ => "throughput,latency,loss,back-to-back" };
    private static readonly Option<string> Sizes = new("--sizes") { HelpName = "LIST", Description = "Frame sizes, separated by semicolons; all for the seven of the RFC and imix.", DefaultValueFactory = _ => "all" };
    private static readonly Option<double> Resolution = new("--resolution") { HelpName = "PERCENT", Description = "How exact the search is, as a part of the highest rate.", DefaultValueFactory = _ => 0.5 };
    private static readonly Option<double> Tolerance = new("--loss-tolerance") { HelpName = "PERCENT", Description = "Loss that a throughput trial may have: 0 for NDR.", DefaultValueFactory = _ => 0 };
    private static readonly Option<int> Repetitions = new("--repetitions") { HelpName = "N", Description = "Trials of latency and back-to-back bursts; the RFC asks for 20 and 50.", DefaultValueFactory = _ => 3 };

    private static readonly Argument<string> Capture = new("FILE") { Description = "The capture: pcap or pcapng." };
    private static readonly Option<double> Speed = new("--speed") { HelpName = "FACTOR", Description = "How many times as fast as recorded.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Loop = new("--loop") { HelpName = "N", Description = "How often to send the capture.", DefaultValueFactory = _ => 1 };
    private static readonly Argument<string> SentFile = new("SENT") { Description = "The sender's result." };
    private static readonly Argument<string> ReceivedFile = new("RECEIVED") { Description = "The receiver's result." };

    private static readonly Option[] Output = [Json, Csv, Report, Result, Hdr, Expect];

    public static void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Port, Tx, Rx, Dut, TxOnly, RxOnly, Profile, RateOption, SpacingOption, Size, Duration, Packets, Proto, Ip, Vlan, Flows, Set, Payload, NoSignature, Verify, Seed, Line, MaxBehind, NoGaps, Streams, Settle, Cores, Workers, BurstSize, Idle, .. Output])
        {
            command.Options.Add(option);
        }
    }

    public static void AddBenchmarkTo(Command command)
    {
        foreach (Option option in (Option[])[Trial, Tests, Sizes, Resolution, Tolerance, Repetitions])
        {
            command.Options.Add(option);
        }
    }

    public static void AddReplayTo(Command command)
    {
        command.Arguments.Add(Capture);
        command.Options.Add(Speed);
        command.Options.Add(Loop);
    }

    public static void AddJoinTo(Command command)
    {
        command.Arguments.Add(SentFile);
        command.Arguments.Add(ReceivedFile);
        foreach (Option option in Output)
        {
            command.Options.Add(option);
        }
    }

    public static (string Sent, string Received) JoinFiles(ParseResult parsed) => (parsed.GetValue(SentFile)!, parsed.GetValue(ReceivedFile)!);

    /// <summary>The options of a command without ports.</summary>
    public static GeneratorOptions ReadOutput(ParseResult parsed) => new()
    {
        Command = "join",
        Plan = new TrafficPlan(),
        Json = parsed.GetValue(Json),
        Csv = parsed.GetValue(Csv),
        ReportFile = parsed.GetValue(Report),
        ResultFile = parsed.GetValue(Result),
        HdrFile = parsed.GetValue(Hdr),
        Expectations = [.. (parsed.GetValue(Expect) ?? []).Select(Expectation.Parse)],
    };

    public static GeneratorOptions Read(ParseResult parsed, string command)
    {
        (string? tx, string? rx) = ReadPorts(parsed);
        string[] dut = parsed.GetValue(Dut) ?? [];
        if (dut.Length is not (0 or 2))
        {
            throw new PollModeException($"--dut is given {dut.Length} time(s); give it twice, for the two ports that the device under test forwards between.");
        }

        bool sends = !parsed.GetValue(RxOnly);
        TrafficPlan plan = sends ? ReadPlan(parsed) : new TrafficPlan { Streams = [.. Enumerable.Range(0, Math.Clamp(parsed.GetValue(Streams), 1, 4096)).Select(index => new StreamPlan { Name = $"stream{index}" })] };
        return ReadOutput(parsed) with
        {
            Command = command,
            TxPort = sends ? tx : null,
            RxPort = parsed.GetValue(TxOnly) ? null : rx,
            DeviceUnderTest = dut,
            Plan = plan,
            Sends = sends,
            Cores = parsed.GetValue(Cores) ?? string.Empty,
            Workers = parsed.GetValue(Workers),
            Burst = parsed.GetValue(BurstSize),
            Idle = parsed.GetValue(Idle) switch
            {
                "busy" => IdleKind.BusySpin,
                "pause" => IdleKind.Pause,
                "adaptive" => IdleKind.Adaptive,
                string other => throw new PollModeException($"--idle knows no '{other}'; choose busy, pause or adaptive."),
                null => IdleKind.Pause,
            },
            Settle = TimeSpan.FromMicroseconds(TimeText.ParseNanoseconds(parsed.GetValue(Settle)!) / 1e3),
            Duration = TimeSpan.FromMicroseconds(TimeText.ParseNanoseconds(parsed.GetValue(Duration)!) / 1e3),
        };
    }

    public static GeneratorOptions ReadBenchmark(ParseResult parsed)
    {
        string sizes = parsed.GetValue(Sizes)!;
        FrameSizes[] frames = [.. (sizes == "all" ? BenchmarkOptions.StandardSizes : sizes.Split(';', StringSplitOptions.TrimEntries)).Select(FrameSizes.Parse)];
        string line = parsed.GetValue(Line)!;
        Rate highest = line.Length > 0 ? new Rate(RateUnit.WireBitsPerSecond, TrafficProfile.ReadLine(line)) : Rate.Parse(parsed.GetValue(RateOption)!);
        string[] tests = parsed.GetValue(Tests)!.Split(',', StringSplitOptions.TrimEntries);
        string[] known = ["throughput", "latency", "loss", "back-to-back", "pdr"];
        if (tests.FirstOrDefault(test => !known.Contains(test)) is { } unknown)
        {
            throw new PollModeException($"--tests knows no '{unknown}'; choose of {string.Join(", ", known)}.");
        }

        var benchmark = new BenchmarkOptions
        {
            Highest = highest,
            TrialNanoseconds = TimeText.ParseNanoseconds(parsed.GetValue(Trial)!),
            Resolution = parsed.GetValue(Resolution) / 100,
            LossTolerance = parsed.GetValue(Tolerance) / 100,
            Repetitions = parsed.GetValue(Repetitions),
        };
        benchmark.Validate();
        GeneratorOptions options = Read(parsed, "rfc2544");
        return options with
        {
            Plan = options.Plan with { LineBitsPerSecond = 0, MaxBehindNanoseconds = LongestCatchUp, DurationNanoseconds = 0, Streams = [options.Plan.Streams[0] with { Packets = 0 }] },
            BenchmarkSizes = frames,
            BenchmarkTests = tests,
            Benchmark = benchmark,
        };
    }

    /// <summary>The port spec of a capture at its pace.</summary>
    public static string ReplaySource(ParseResult parsed)
    {
        string rate = parsed.GetValue(RateOption)!;
        bool isPaced = parsed.GetResult(RateOption) is { Implicit: false };
        string pace = isPaced
            ? $"rate={Escape(rate)},spacing={parsed.GetValue(SpacingOption)},line={parsed.GetValue(Line)}"
            : string.Create(CultureInfo.InvariantCulture, $"speed={parsed.GetValue(Speed)}");
        string source = $"pcap:{Escape(parsed.GetValue(Capture)!)},loop={parsed.GetValue(Loop)}";
        return $"pace:{pace}+{source}";
    }

    private static string Escape(string text) => text.Replace(",", "\\,", StringComparison.Ordinal).Replace("+", "\\+", StringComparison.Ordinal);

    private static (string? Tx, string? Rx) ReadPorts(ParseResult parsed)
    {
        string? port = parsed.GetValue(Port);
        string? tx = parsed.GetValue(Tx);
        string? rx = parsed.GetValue(Rx);
        bool txOnly = parsed.GetValue(TxOnly);
        bool rxOnly = parsed.GetValue(RxOnly);
        string? fault = (port, tx, rx) switch
        {
            _ when txOnly && rxOnly => "--tx-only and --rx-only make the streams both sent and received here and elsewhere; give one of them.",
            _ when port != null && (tx != null || rx != null) => "--port is both the sender and the receiver, so --tx and --rx go without it.",
            (null, null, null) => "No port is named; give --port, or --tx and --rx, for example --port ring:a.",
            _ when tx != null && tx == rx => $"'{tx}' is both the sender and the receiver; name it by --port if packets come back by the port that sends them.",
            _ when txOnly && port == null && tx == null => "--tx-only needs --tx to send by.",
            _ when rxOnly && port == null && rx == null => "--rx-only needs --rx to receive by.",
            _ when !txOnly && !rxOnly && port == null && tx == null => "--rx alone receives nothing that was sent; give --tx, too, or --rx-only.",
            _ when !txOnly && !rxOnly && port == null && rx == null => "--tx alone measures nothing; give --rx, too, or --tx-only.",
            _ => null,
        };
        return fault == null ? (tx ?? port, rx ?? port) : throw new PollModeException(fault);
    }

    private static TrafficPlan ReadPlan(ParseResult parsed)
    {
        TrafficProfile profile = parsed.GetValue(Profile) is { } file
            ? TrafficProfile.Load(file)
            : new TrafficProfile
            {
                Streams =
                [
                    new StreamProfile
                    {
                        Rate = parsed.GetValue(RateOption)!,
                        Spacing = parsed.GetValue(SpacingOption)!,
                        Size = parsed.GetValue(Size)!,
                        Packets = parsed.GetValue(Packets),
                        Proto = parsed.GetValue(Proto)!,
                        Ip = parsed.GetValue(Ip),
                        Vlan = parsed.GetValue(Vlan),
                        Flows = parsed.GetValue(Flows),
                        Payload = parsed.GetValue(Payload)!,
                        Signature = !parsed.GetValue(NoSignature),
                        Fields = StreamProfile.ParseFields(parsed.GetValue(Set) ?? []),
                    },
                ],
                Seed = parsed.GetValue(Seed),
                Duration = parsed.GetValue(Duration)!,
                Line = parsed.GetValue(Line)!,
                Verify = parsed.GetValue(Verify)!,
                MaxBehind = parsed.GetValue(MaxBehind)!,
            };
        return profile.ToPlan() with { AuditsGaps = !parsed.GetValue(NoGaps) };
    }
}
