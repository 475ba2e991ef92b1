using System.CommandLine;
using System.CommandLine.Parsing;

namespace PollMode.Examples.Forwarder;

/// <summary>The options, their help, and what becomes of wrong input: one sentence on standard error.</summary>
internal static class CommandLine
{
    private const string Description =
        """
        Forwards packets between ports: what comes in by a port leaves by its partner (0 and 1, 2 and 3, ...); a lone port sends back to itself.

        Without --port it shows a demo of ten seconds, without root or a NIC. Examples:
          forwarder --port null --port null:rx=0 --duration 5
          forwarder --port pcap:in.pcap,tx=out.pcapng --mode mac-swap
          forwarder --list-drivers

        When every source has ended, or on Ctrl-C or SIGTERM, it sends what is inside, prints the totals and exits.
        Exit codes: 0 done; 1 wrong input; 2 a worker or a port failed while running, a capture broke off; 3 not drained in time; 4 buffers leaked.
        """;

    private static readonly Option<string[]> Port = new("--port", "-p") { HelpName = "SPEC", Description = "A port, as driver:device[,key=value...]. Repeat it for more ports; see --list-drivers." };
    private static readonly Option<string> Mode = new("--mode", "-m") { HelpName = "io|mac-swap|mac-rewrite", Description = "io: touch nothing. mac-swap: exchange both addresses. mac-rewrite: write both, see --eth-peer.", DefaultValueFactory = _ => "io" };
    private static readonly Option<string[]> Peer = new("--eth-peer") { HelpName = "PORT,MAC", Description = "mac-rewrite: destination of frames that leave by a port. Default 02:00:00:00:00:PORT." };
    private static readonly Option<string[]> Source = new("--eth-source") { HelpName = "PORT,MAC", Description = "mac-rewrite: source of frames that leave by a port. Default the port's own address." };
    private static readonly Option<int> Burst = new("--burst", "-b") { HelpName = "N", Description = "Most packets received at once, 1 to 256.", DefaultValueFactory = _ => 64 };
    private static readonly Option<string> Cores = new("--cores", "-c") { HelpName = "LIST", Description = "Cores to pin workers to, one worker each: 2-5,8. Default not pinned, one worker per receive queue.", DefaultValueFactory = _ => string.Empty };
    private static readonly Option<double?> Duration = new("--duration", "-d") { HelpName = "SECONDS", Description = "Stop after so long." };
    private static readonly Option<long?> Packets = new("--packets", "-n") { HelpName = "N", Description = "Stop once all ports together have received N packets or a few bursts more." };
    private static readonly Option<double> Stats = new("--stats", "-s") { HelpName = "SECONDS", Description = "Time between two reports.", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object at the end and nothing else." };
    private static readonly Option<string> Idle = new("--idle") { HelpName = "adaptive|busy|pause|block", Description = "What a worker does when nothing comes in.", DefaultValueFactory = _ => "adaptive" };
    private static readonly Option<int> Buffers = new("--buffers") { HelpName = "N", Description = "Buffers of each worker's pool; 0 for what its ports need and a reserve." };
    private static readonly Option<int> BufferBytes = new("--buffer-bytes") { HelpName = "BYTES", Description = "Size of a buffer, usually 2048 or 4096; 0 for what the ports can work with." };
    private static readonly Option<string> Pages = new("--pages") { HelpName = "any|1g|2m|thp|4k", Description = "Memory for buffers. any takes the largest pages there are and says which; the others accept no smaller ones.", DefaultValueFactory = _ => "any" };
    private static readonly Option<int> Retries = new("--retries") { HelpName = "N", Description = "Times to offer a packet again to a full egress queue before it is dropped." };
    private static readonly Option<bool> ListDrivers = new("--list-drivers") { Description = "List the drivers and their keys." };

    /// <summary>Reads the arguments and runs the program.</summary>
    /// <returns>The exit code.</returns>
    public static int Invoke(string[] args, Func<ForwarderOptions, int> run)
    {
        var command = new RootCommand(Description) { Port, Mode, Peer, Source, Burst, Cores, Duration, Packets, Stats, Json, Idle, Buffers, BufferBytes, Pages, Retries, ListDrivers };
        ParseResult parsed = command.Parse(args);
        try
        {
            if (parsed.Errors.Count > 0)
            {
                throw new PollModeException($"{Explain(parsed.Errors[0])}; run with --help to see the options.");
            }

            if (parsed.Action is not null)
            {
                return parsed.Invoke();
            }

            if (parsed.GetValue(ListDrivers))
            {
                Drivers.Write(Console.Out);
                return (int)ExitCode.Done;
            }

            return run(parsed.GetValue(Port) is { Length: > 0 } ports ? Read(parsed, ports) : Demo.Prepare(Read(parsed, [])));
        }
        catch (PollModeException fault)
        {
            Console.Error.WriteLine(InOptions(fault.Message));
            return (int)ExitCode.WrongInput;
        }
    }

    private static ForwarderOptions Read(ParseResult parsed, string[] ports)
    {
        (PageKind largest, PageKind smallest) = Word(parsed, Pages) switch
        {
            "any" => (PageKind.Huge1GiB, PageKind.Small4KiB),
            "1g" => (PageKind.Huge1GiB, PageKind.Huge1GiB),
            "2m" => (PageKind.Huge1GiB, PageKind.Huge2MiB),
            "thp" => (PageKind.Huge1GiB, PageKind.TransparentHuge),
            "4k" => (PageKind.Small4KiB, PageKind.Small4KiB),
            string other => throw Unknown(Pages, other),
        };
        return new ForwarderOptions
        {
            Engine = new EngineOptions
            {
                Name = "forwarder",
                Ports = ports,
                BurstSize = parsed.GetValue(Burst),
                Cores = Word(parsed, Cores),
                Idle = Word(parsed, Idle) switch
                {
                    "adaptive" => IdleKind.Adaptive,
                    "busy" => IdleKind.BusySpin,
                    "pause" => IdleKind.Pause,
                    "block" => IdleKind.Blocking,
                    string other => throw Unknown(Idle, other),
                },
                BuffersPerWorker = parsed.GetValue(Buffers),
                BufferBytes = parsed.GetValue(BufferBytes),
                LargestPages = largest,
                SmallestPages = smallest,
                SendRetries = parsed.GetValue(Retries),
            },
            Mode = Word(parsed, Mode) switch
            {
                "io" => ForwardingMode.Io,
                "mac-swap" => ForwardingMode.MacSwap,
                "mac-rewrite" => ForwardingMode.MacRewrite,
                string other => throw Unknown(Mode, other),
            },
            Peers = PortAddresses.Read(Peer.Name, parsed.GetValue(Peer), ports.Length, port => 0x0200_0000_0000UL | (uint)port),
            Sources = PortAddresses.Read(Source.Name, parsed.GetValue(Source), ports.Length, _ => 0),
            Duration = parsed.GetValue(Duration) is { } seconds ? Time(Duration, seconds) : null,
            Packets = parsed.GetValue(Packets) is { } packets and <= 0 ? throw new PollModeException($"--packets {packets} is not a number of packets; give 1 or more.") : parsed.GetValue(Packets),
            Interval = Time(Stats, parsed.GetValue(Stats)),
            Json = parsed.GetValue(Json),
        };
    }

    /// <summary>The engine names its own options; here they have the names of the command line.</summary>
    private static string InOptions(string message) => message
        .Replace("BuffersPerWorker", Buffers.Name, StringComparison.Ordinal)
        .Replace("BufferBytes", BufferBytes.Name, StringComparison.Ordinal)
        .Replace("BurstSize", Burst.Name, StringComparison.Ordinal)
        .Replace("SendRetries", Retries.Name, StringComparison.Ordinal)
        .Replace("Ports has an empty entry", $"a {Port.Name} is empty", StringComparison.Ordinal);

    /// <summary>The parser names .NET's types in its messages; users want the option's own word for its value.</summary>
    private static string Explain(ParseError error) => error.SymbolResult is OptionResult { Option.HelpName: { } wanted, Tokens.Count: > 0 } result
        ? $"{result.Option.Name} {string.Join(' ', result.Tokens.Select(token => token.Value))} is not {result.Option.Name} {wanted}"
        : error.Message.TrimEnd('.');

    private static string Word(ParseResult parsed, Option<string> option) => parsed.GetValue(option) ?? string.Empty;

    private static TimeSpan Time(Option option, double seconds) =>
        seconds is > 0 and <= 1e9 ? TimeSpan.FromSeconds(seconds) : throw new PollModeException($"{option.Name} {seconds} is not a time; give seconds above 0.");

    private static PollModeException Unknown(Option option, string word) =>
        new($"{option.Name} knows no '{word}'; choose one of {option.HelpName!.Replace("|", ", ", StringComparison.Ordinal)}.");
}
