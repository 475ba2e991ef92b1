using System.CommandLine;
using System.CommandLine.Parsing;

namespace PollMode.Examples.PacketGen;

/// <summary>The options, their help, and what becomes of wrong input: one sentence on standard error.</summary>
internal static class CommandLine
{
    private const string Description =
        """
        Sends test packets by a port, measures what comes back, and audits itself. Examples, without root or a NIC:
          packetgen --port ring:a --rate 1Mpps --duration 5s
          packetgen --port fault:loss=1%+ring:a --rate 100kpps --packets 100000 --verify frame --expect 'loss<=2%'
          packetgen rfc2544 --port loop:rate=300kpps,queue=64 --line 1Gbps --trial 200ms --size 64,512,1518
        On an interface: --tx af_packet:veth0 --rx af_packet:veth1. Ctrl-C prints the result so far.
        Exit codes: 0 done, and what was expected holds; 1 wrong input; 2 a port failed while running; 3 something expected does not hold.
        """;

    /// <summary>Reads the arguments and runs what they ask for.</summary>
    /// <returns>The exit code.</returns>
    public static int Invoke(string[] args)
    {
        var root = new RootCommand(Description);
        var benchmark = new Command("rfc2544", "Throughput, latency, frame loss and back-to-back bursts of a device under test (RFC 2544), NDR and PDR.");
        var replay = new Command("replay", "Sends a capture, at its recorded pace, scaled, or at a rate.");
        var join = new Command("join", "Puts together the results of a sender (--tx-only) and a receiver (--rx-only).");
        Options.AddTo(root);
        Options.AddTo(benchmark);
        Options.AddBenchmarkTo(benchmark);
        Options.AddTo(replay);
        Options.AddReplayTo(replay);
        Options.AddJoinTo(join);
        root.Subcommands.Add(benchmark);
        root.Subcommands.Add(replay);
        root.Subcommands.Add(join);

        // Actions that do nothing: without one a command with subcommands wants a subcommand. What help and version do is told apart by them.
        foreach (Command command in (Command[])[root, benchmark, replay, join])
        {
            command.SetAction(_ => (int)ExitCode.Done);
        }

        ParseResult parsed = root.Parse(args);
        try
        {
            if (parsed.Errors.Count > 0)
            {
                throw new PollModeException($"{Explain(parsed.Errors[0])}; run with --help to see the options.");
            }

            if (parsed.Action != parsed.CommandResult.Command.Action)
            {
                return parsed.Invoke();
            }

            using var stop = new StopSignals();
            return (int)(parsed.CommandResult.Command.Name switch
            {
                "rfc2544" => BenchmarkCommand.Run(Options.ReadBenchmark(parsed), stop),
                "replay" => ReplayCommand.Run(Options.Read(parsed, "replay"), Options.ReplaySource(parsed), stop),
                "join" => JoinCommand.Run(Options.JoinFiles(parsed), Options.ReadOutput(parsed)),
                _ => RunCommand.Run(Options.Read(parsed, "run"), stop),
            });
        }
        catch (PollModeException fault)
        {
            Console.Error.WriteLine(fault.Message);
            return (int)ExitCode.WrongInput;
        }
    }

    /// <summary>The parser names .NET's types in its messages; users want the option's own word for its value.</summary>
    private static string Explain(ParseError error) => error.SymbolResult is OptionResult { Option.HelpName: { } wanted, Tokens.Count: > 0 } result
        ? $"{result.Option.Name} {string.Join(' ', result.Tokens.Select(token => token.Value))} is not {result.Option.Name} {wanted}"
        : error.Message.TrimEnd('.');
}
