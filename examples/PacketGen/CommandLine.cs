using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace PollMode.Examples.PacketGen;

/// <summary>The commands, and what becomes of wrong input: one sentence on standard error.</summary>
internal static class CommandLine
{
    private static readonly Option<bool> ListDrivers = new("--list-drivers") { Description = "List the drivers and their keys." };

    /// <summary>Reads the arguments and runs what they ask for.</summary>
    /// <returns>The exit code.</returns>
    public static int Invoke(string[] args)
    {
        RootCommand root = Build();
        ParseResult parsed = root.Parse(args);
        try
        {
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpPage)
            {
                throw new PollModeException($"{Explain(parsed.Errors[0])}; run with --help to see the options.");
            }

            if (parsed.Action != parsed.CommandResult.Command.Action)
            {
                return parsed.Invoke();
            }

            if (parsed.GetValue(ListDrivers))
            {
                Drivers.Write(Console.Out);
                return (int)ExitCode.Done;
            }

            using var stop = new StopSignals();
            return (int)Run(parsed, args, stop);
        }
        catch (PollModeException fault)
        {
            Console.Error.WriteLine(fault.Message);
            return (int)ExitCode.WrongInput;
        }
    }

    private static ExitCode Run(ParseResult parsed, string[] args, StopSignals stop)
    {
        switch (parsed.CommandResult.Command.Name)
        {
            case "rfc2544":
                return BenchmarkCommand.Run(Checked(Options.ReadBenchmark(parsed)), stop);
            case "replay":
                return ReplayCommand.Run(Checked(Options.ReadReplay(parsed)), stop);
            case "join":
                (GeneratorOptions output, string sent, string received) = Options.ReadJoin(parsed);
                return JoinCommand.Run(Checked(output), sent, received);
            default:
                return RunCommand.Run(Checked(Options.ReadRun(parsed)), stop);
        }

        GeneratorOptions Checked(GeneratorOptions options)
        {
            ReportWriter.Check(options);
            return options with { Arguments = args };
        }
    }

    internal static RootCommand Build()
    {
        var root = new RootCommand("packetgen sends test packets by a port, measures what comes back by the same or another, and audits itself. Without a port it shows how, in ten seconds, without root and without a NIC.");
        var pages = new List<CommandPage>
        {
            CommandPage.Of(
                root,
                [],
                Options.OfRun,
                ("a million packets a second through a ring in this process, for five seconds", "packetgen --port ring:a --rate 1Mpps --duration 5s"),
                ("one packet in a hundred is lost on purpose; the exit code says whether that is as expected", "packetgen --port fault:loss=1%+ring:a --rate 100kpps --packets 100000 --expect 'loss<=2%'"),
                ("a mix of sizes in a thousand flows, out by one interface and in by another, as a page with charts", "packetgen --tx af_packet:eth1 --rx af_packet:eth2 --line 1Gbps --rate 10% --size imix --flows 1000 --duration 30s --report out.html"),
                ("how much does a device carry?", "packetgen rfc2544 --tx af_xdp:eth1 --rx af_xdp:eth2 --line 10Gbps --sizes 64,512,1518")),
            CommandPage.Of(
                new Command("run", "Sends, measures and audits: what is done without a command, too."),
                [],
                Options.OfRun,
                ("from one to five million packets a second in thirty seconds, with Poisson gaps", "packetgen run --port ring:a --rate 1Mpps..5Mpps@30s --spacing poisson"),
                ("fields by their Wireshark names", "packetgen run --port ring:a --rate 1Mpps --duration 5s --set ip.dst=10.0.0.1-10.0.0.254 --set udp.dstport=53|80"),
                ("the two halves on two machines, joined afterwards", "packetgen run --tx af_packet:eth0 --tx-only --rate 1Mpps --duration 10s --result tx.json")),
            CommandPage.Of(
                new Command("rfc2544", "Finds throughput, latency, frame loss and back-to-back bursts of a device under test by RFC 2544, and its partial drop rate."),
                [],
                Options.OfBenchmark,
                ("a device in this process that forwards 300,000 packets a second", "packetgen rfc2544 --port loop:rate=300kpps,queue=64 --line 1Gbps --trial 200ms --sizes 64,512,1518"),
                ("an engine of this process between two rings", "packetgen rfc2544 --tx ring:in --rx ring:out --dut ring:in --dut ring:out --rate 5Mpps --trial 1s"),
                ("a device between two interfaces, no-drop and partial drop rates alone", "packetgen rfc2544 --tx af_xdp:eth1 --rx af_xdp:eth2 --line 10Gbps --tests throughput,pdr")),
            CommandPage.Of(
                new Command("replay", "Sends a capture at its recorded pace, scaled, or at a rate."),
                Options.ReplayArguments,
                Options.OfReplay,
                ("ten times as fast as it was recorded", "packetgen replay in.pcap --tx af_packet:eth0 --speed 10"),
                ("three times over at a rate, and how many packets come back", "packetgen replay in.pcap --tx af_packet:eth0 --rx af_packet:eth1 --rate 100kpps --loop 3 --expect 'lost==0'")),
            CommandPage.Of(
                new Command("join", "Puts together the results of a sender (--tx-only) and a receiver (--rx-only)."),
                Options.JoinArguments,
                Options.OfJoin,
                ("what was lost between them", "packetgen join tx.json rx.json --expect 'loss<=0.001%'")),
        };
        root.Options.Add(ListDrivers);
        foreach (CommandPage page in pages)
        {
            // Actions that do nothing: without one a command with subcommands wants a subcommand. What help and version do is told apart by them.
            page.Command.SetAction(_ => (int)ExitCode.Done);
            if (page.Command != root)
            {
                root.Subcommands.Add(page.Command);
            }
        }

        root.Options.OfType<HelpOption>().Single().Action = new HelpPage(pages);
        return root;
    }

    /// <summary>The parser names .NET's types in its messages; users want the option's own word for its value.</summary>
    private static string Explain(ParseError error) => error.SymbolResult is OptionResult { Option.HelpName: { } wanted, Tokens.Count: > 0 } result
        ? $"{result.Option.Name} {string.Join(' ', result.Tokens.Select(token => token.Value))} is not {result.Option.Name} {wanted}"
        : error.Message.TrimEnd('.');
}
