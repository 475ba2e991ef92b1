using System.CommandLine;
using System.Globalization;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <content>What the command line asks for, checked as far as that goes without opening a port.</content>
internal static partial class Options
{
    /// <summary>What a user gets who names no port: packets that go through a ring in this process.</summary>
    private const string DemoPort = "ring:demo";
    private const string DemoRate = "1Mpps";
    private const string DemoDuration = "10s";

    /// <summary>Likewise for a benchmark: a device of known capacity.</summary>
    private const string DemoDevice = "loop:rate=300kpps,queue=64";

    private static readonly string[] KnownTests = ["throughput", "latency", "loss", "back-to-back", "pdr"];

    /// <summary>What <c>run</c> is asked for.</summary>
    public static GeneratorOptions ReadRun(ParseResult parsed)
    {
        bool txOnly = parsed.GetValue(TxOnly);
        bool rxOnly = parsed.GetValue(RxOnly);
        (string? tx, string? rx) = ReadPorts(parsed, txOnly, rxOnly);
        bool isDemo = tx == null && rx == null;
        if (rxOnly)
        {
            Refuse(parsed, "--rx-only sends nothing, so {0} has no meaning; leave it out.", [.. OfOneStream, Profile, Line, MaxBehind, Seed, NoGaps, Dut]);
        }
        else
        {
            Refuse(parsed, "{0} says how many streams --rx-only is to expect; without that leave it out.", Streams);
        }

        TrafficProfile profile = rxOnly ? Expected(parsed.GetValue(Streams)) : ReadProfile(parsed, isDemo);
        return ReadOutput(parsed, "run") with
        {
            IsDemo = isDemo,
            TxPort = rxOnly ? null : tx ?? rx ?? DemoPort,
            RxPort = txOnly ? null : rx ?? tx ?? DemoPort,
            DeviceUnderTest = ReadDevice(parsed),
            Profile = profile,
            Plan = profile.ToPlan() with { AuditsGaps = !parsed.GetValue(NoGaps) },
            Sends = !rxOnly,
            Cores = parsed.GetValue(Cores) ?? string.Empty,
            Workers = ReadWorkers(parsed),
            Burst = parsed.GetValue(BurstSize),
            Idle = ReadIdle(parsed),
            Settle = Time(parsed, Settle),
            Duration = Time(parsed, Duration),
            Expectations = [.. (parsed.GetValue(Expect) ?? []).Select(text => ExpectationSyntax.Parse(text, Metrics.OfRun))],
        };
    }

    /// <summary>What <c>rfc2544</c> is asked for.</summary>
    public static GeneratorOptions ReadBenchmark(ParseResult parsed)
    {
        (string? tx, string? rx) = ReadPorts(parsed, txOnly: false, rxOnly: false);
        bool isDemo = tx == null && rx == null;
        string line = Word(parsed, Line, isDemo, "1Gbps");
        string rate = parsed.GetValue(Highest)!;
        string[] tests = parsed.GetValue(Tests)!.Split(',', StringSplitOptions.TrimEntries);
        if (tests.FirstOrDefault(test => !KnownTests.Contains(test)) is { } unknown)
        {
            throw new PollModeException($"--tests knows no '{unknown}'; choose of {string.Join(", ", KnownTests)}.");
        }

        if (line.Length == 0 && rate.Length == 0)
        {
            throw new PollModeException("A benchmark needs the highest rate to try; give the line's rate, --line 10Gbps, or a rate such as --rate 5Mpps.");
        }

        TrafficProfile profile = new()
        {
            Streams = [ReadStream(parsed)],
            Seed = parsed.GetValue(Seed),
            Line = line,
            Verify = parsed.GetValue(Verify)!,
        };
        var benchmark = new BenchmarkOptions
        {
            Highest = rate.Length > 0 ? Rate.Parse(rate).Resolve(TrafficProfile.ReadLine(line)) : new Rate(RateUnit.WireBitsPerSecond, TrafficProfile.ReadLine(line)),
            TrialNanoseconds = TimeText.ParseNanoseconds(Word(parsed, Trial, isDemo, "200ms")),
            Resolution = parsed.GetValue(Resolution) / 100,
            LossTolerance = parsed.GetValue(Tolerance) / 100,
            Repetitions = parsed.GetValue(Repetitions),
            Attempts = parsed.GetValue(Attempts),
        };
        benchmark.Validate();
        (benchmark with { LossTolerance = parsed.GetValue(PartialTolerance) / 100 }).Validate();
        FrameSizes[] sizes = ReadSizes(Word(parsed, Sizes, isDemo, "64,512,1518"));
        foreach (FrameSizes size in sizes)
        {
            // Every size must be long enough for its headers, and every trial's rate below the line's.
            (profile.ToPlan() with { Streams = [profile.ToPlan().Streams[0] with { Sizes = size, Rates = RateProfile.Constant(benchmark.Highest) }] }).Validate();
        }

        return ReadOutput(parsed, "rfc2544") with
        {
            IsDemo = isDemo,
            TxPort = tx ?? rx ?? DemoDevice,
            RxPort = rx ?? tx ?? DemoDevice,
            DeviceUnderTest = ReadDevice(parsed),
            Profile = profile,
            Plan = profile.ToPlan(),
            Cores = parsed.GetValue(Cores) ?? string.Empty,
            Workers = ReadWorkers(parsed),
            Burst = parsed.GetValue(BurstSize),
            Idle = ReadIdle(parsed),
            Settle = Time(parsed, Settle),
            BenchmarkSizes = sizes,
            BenchmarkTests = tests,
            Benchmark = benchmark,
            PartialTolerance = parsed.GetValue(PartialTolerance) / 100,
            BenchmarkExpectations = [.. (parsed.GetValue(Expect) ?? []).Select(text => ExpectationSyntax.Parse(text, Metrics.OfBenchmark))],
        };
    }

    /// <summary>What <c>replay</c> is asked for.</summary>
    public static GeneratorOptions ReadReplay(ParseResult parsed)
    {
        if (parsed.GetValue(Port) == null && parsed.GetValue(Tx) == null)
        {
            throw new PollModeException("No port is named to send the capture by; give --tx, and --rx, too, to count what comes back.");
        }

        (string? tx, string? rx) = ReadPorts(parsed, txOnly: parsed.GetValue(Rx) == null && parsed.GetValue(Port) == null, rxOnly: false);
        string capture = parsed.GetValue(Capture)!;
        if (!File.Exists(capture))
        {
            throw new PollModeException($"There is no capture '{capture}' to send; name a pcap or pcapng file that exists.");
        }

        string rate = parsed.GetValue(ReplayRate)!;
        if (rate.Length == 0)
        {
            Refuse(parsed, "{0} goes with --rate; at the recorded pace leave it out.", SpacingOption, Line);
        }
        else
        {
            Refuse(parsed, "{0} scales the recorded pace, and --rate replaces it; leave one of them out.", Speed);
        }

        string pace = rate.Length > 0
            ? $"rate={Escape(rate)},spacing={parsed.GetValue(SpacingOption)},line={parsed.GetValue(Line)},seed={parsed.GetValue(Seed)}"
            : string.Create(CultureInfo.InvariantCulture, $"speed={parsed.GetValue(Speed)}");
        return ReadOutput(parsed, "replay") with
        {
            TxPort = tx,
            RxPort = rx,
            ReplaySource = $"pace:{pace}+pcap:{Escape(capture)},loop={parsed.GetValue(Loop)}",
            Cores = parsed.GetValue(Cores) ?? string.Empty,
            Burst = parsed.GetValue(BurstSize),
            Idle = ReadIdle(parsed),
            Settle = Time(parsed, Settle),
            Expectations = [.. (parsed.GetValue(Expect) ?? []).Select(text => ExpectationSyntax.Parse(text, Metrics.OfRun))],
        };
    }

    /// <summary>What <c>join</c> is asked for.</summary>
    public static (GeneratorOptions Options, string Sent, string Received) ReadJoin(ParseResult parsed) => (
        ReadOutput(parsed, "join") with { Expectations = [.. (parsed.GetValue(Expect) ?? []).Select(text => ExpectationSyntax.Parse(text, Metrics.OfRun))] },
        parsed.GetValue(SentFile)!,
        parsed.GetValue(ReceivedFile)!);

    private static GeneratorOptions ReadOutput(ParseResult parsed, string command)
    {
        if (parsed.GetValue(Json) && parsed.GetValue(Csv))
        {
            throw new PollModeException("--json and --csv both want to be the only thing that is printed; give one of them.");
        }

        return new GeneratorOptions
        {
            Command = command,
            Json = parsed.GetValue(Json),
            Csv = parsed.GetValue(Csv),
            ReportFile = parsed.GetValue(Report),
            ResultFile = parsed.GetValue(Result),
            HdrFile = parsed.GetValue(Hdr),
        };
    }

    /// <summary>The sending and the receiving port; neither if none is named, which is a demo's business.</summary>
    private static (string? Tx, string? Rx) ReadPorts(ParseResult parsed, bool txOnly, bool rxOnly)
    {
        string? port = parsed.GetValue(Port);
        string? tx = parsed.GetValue(Tx);
        string? rx = parsed.GetValue(Rx);
        string? fault = (port, tx, rx) switch
        {
            _ when txOnly && rxOnly => "--tx-only and --rx-only make the streams both sent and received here and elsewhere; give one of them.",
            _ when port != null && (tx != null || rx != null) => "--port is both the sender and the receiver, so --tx and --rx go without it.",
            _ when tx != null && tx == rx => $"'{tx}' is both the sender and the receiver; name it by --port if packets come back by the port that sends them.",
            _ when txOnly && rx != null => "--tx-only receives nothing, so --rx has no meaning; leave one of them out.",
            _ when rxOnly && tx != null => "--rx-only sends nothing, so --tx has no meaning; leave one of them out.",
            _ when txOnly && port == null && tx == null => "--tx-only needs --tx to send by.",
            _ when rxOnly && port == null && rx == null => "--rx-only needs --rx to receive by.",
            (null, null, null) when Given(parsed, Dut) => "--dut names the ports of a device under test; name the two that face it, too, by --tx and --rx.",
            (null, null, not null) when !rxOnly => "--rx alone receives nothing that was sent; give --tx, too, or --rx-only.",
            (null, not null, null) when !txOnly => "--tx alone measures nothing; give --rx, too, or --tx-only.",
            _ => null,
        };
        return fault == null ? (tx ?? port, rx ?? port) : throw new PollModeException(fault);
    }

    private static string[] ReadDevice(ParseResult parsed)
    {
        string[] ports = parsed.GetValue(Dut) ?? [];
        return ports.Length is 0 or 2
            ? ports
            : throw new PollModeException($"--dut is given {ports.Length} time(s); give it twice, for the two ports that the device under test forwards between.");
    }

    private static TrafficProfile ReadProfile(ParseResult parsed, bool isDemo)
    {
        if (parsed.GetValue(Profile) is not { } file)
        {
            bool ends = Given(parsed, Duration) || Given(parsed, Packets);
            return new TrafficProfile
            {
                Streams = [ReadStream(parsed) with { Rate = Word(parsed, RateOption, isDemo, DemoRate), Spacing = parsed.GetValue(SpacingOption)!, Size = parsed.GetValue(Size)!, Packets = parsed.GetValue(Packets), Signature = !parsed.GetValue(NoSignature) }],
                Seed = parsed.GetValue(Seed),
                Duration = isDemo && !ends ? DemoDuration : parsed.GetValue(Duration)!,
                Line = parsed.GetValue(Line)!,
                Verify = parsed.GetValue(Verify)!,
                MaxBehind = parsed.GetValue(MaxBehind)!,
            };
        }

        Refuse(parsed, "{0} is a stream's own, and --profile has the streams; leave one of them out.", OfOneStream);
        TrafficProfile profile = TrafficProfile.Load(file);
        profile.Seed = Given(parsed, Seed) ? parsed.GetValue(Seed) : profile.Seed;
        profile.Duration = Given(parsed, Duration) ? parsed.GetValue(Duration)! : profile.Duration;
        profile.Line = Given(parsed, Line) ? parsed.GetValue(Line)! : profile.Line;
        profile.Verify = Given(parsed, Verify) ? parsed.GetValue(Verify)! : profile.Verify;
        profile.MaxBehind = Given(parsed, MaxBehind) ? parsed.GetValue(MaxBehind)! : profile.MaxBehind;
        return profile;
    }

    private static StreamProfile ReadStream(ParseResult parsed) => new()
    {
        Proto = parsed.GetValue(Proto)!,
        Ip = parsed.GetValue(Ip),
        Vlan = parsed.GetValue(Vlan),
        Flows = parsed.GetValue(Flows),
        Payload = parsed.GetValue(Payload)!,
        Fields = StreamProfile.ParseFields(parsed.GetValue(Set) ?? []),
    };

    /// <summary>Streams of whatever packets: their signatures say which is which.</summary>
    private static TrafficProfile Expected(int streams) => streams is >= 1 and <= 4096
        ? new TrafficProfile { Streams = [.. Enumerable.Range(0, streams).Select(index => new StreamProfile { Name = streams == 1 ? "stream" : $"stream{index}" })] }
        : throw new PollModeException($"--streams {streams} is not a number of streams; give from 1 to 4096.");

    private static FrameSizes[] ReadSizes(string text)
    {
        // A colon makes it a mix, whose parts have the commas.
        char separator = text.Contains(';', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal) ? ';' : ',';
        return [.. (text == "all" ? BenchmarkOptions.StandardSizes : text.Split(separator, StringSplitOptions.TrimEntries)).Select(FrameSizes.Parse)];
    }

    /// <summary>One worker for all, unless cores or a number say more.</summary>
    private static int ReadWorkers(ParseResult parsed) => (Given(parsed, Workers), parsed.GetValue(Cores) is { Length: > 0 }) switch
    {
        (true, _) when parsed.GetValue(Workers) < 1 => throw new PollModeException($"--workers {parsed.GetValue(Workers)} is not a number of workers; give 1 or more."),
        (true, _) => parsed.GetValue(Workers),
        (_, true) => 0,
        _ => 1,
    };

    private static IdleKind ReadIdle(ParseResult parsed) => parsed.GetValue(Idle) switch
    {
        "busy" => IdleKind.BusySpin,
        "pause" or null => IdleKind.Pause,
        "adaptive" => IdleKind.Adaptive,
        string other => throw new PollModeException($"--idle knows no '{other}'; choose busy, pause or adaptive."),
    };

    private static TimeSpan Time(ParseResult parsed, Option<string> option) => TimeSpan.FromMicroseconds(TimeText.ParseNanoseconds(parsed.GetValue(option)!) / 1e3);

    /// <summary>An option's value; in a demo, where nobody gave one, the demo's.</summary>
    private static string Word(ParseResult parsed, Option<string> option, bool isDemo, string ofDemo) => isDemo && !Given(parsed, option) ? ofDemo : parsed.GetValue(option)!;

    private static bool Given(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static void Refuse(ParseResult parsed, string sentence, params Option[] options)
    {
        if (options.FirstOrDefault(option => Given(parsed, option)) is { } given)
        {
            throw new PollModeException(string.Format(CultureInfo.InvariantCulture, sentence, given.Name));
        }
    }

    private static string Escape(string text) => text.Replace(",", "\\,", StringComparison.Ordinal).Replace("+", "\\+", StringComparison.Ordinal);
}
