using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Everything that a run found, and what it takes to do it again: what is printed, written to files, and read again to be joined.</summary>
internal sealed record RunReport
{
    /// <summary>Raised when a name or a meaning changes; what is added does not change it.</summary>
    public int Format { get; init; } = 1;

    /// <summary>run, rfc2544, replay or join.</summary>
    public required string Command { get; init; }

    /// <summary>The command line, word by word.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>When the report was made.</summary>
    public DateTimeOffset Time { get; init; } = DateTimeOffset.UtcNow;

    public MachineReport? Machine { get; init; }

    public required string TxPort { get; init; }

    public required string RxPort { get; init; }

    /// <summary>The ports of a device under test in the same process.</summary>
    public IReadOnlyList<string> Dut { get; init; } = [];

    public long Seed { get; init; }

    /// <summary>What was sent, as --profile reads it; null where a capture was, or nothing.</summary>
    public TrafficProfile? Profile { get; init; }

    /// <summary>The streams, one line each.</summary>
    public IReadOnlyList<string> Plan { get; init; } = [];

    /// <summary>Whether the user ended it early.</summary>
    public bool Interrupted { get; init; }

    /// <summary>What the generator has to say about itself.</summary>
    public IReadOnlyList<string> Audit { get; init; } = [];

    public TrafficResult? Result { get; init; }

    /// <summary>Rates over time.</summary>
    public IReadOnlyList<RateSample> Samples { get; init; } = [];

    /// <summary>The benchmarks of RFC 2544, by frame size.</summary>
    public IReadOnlyList<SizeReport> Benchmarks { get; init; } = [];

    public IReadOnlyList<ExpectationReport> Expectations { get; init; } = [];

    public bool IsAsExpected => Expectations.All(expectation => expectation.Holds);

    /// <summary>A report of what was asked for, to be filled with what was found.</summary>
    public static RunReport For(GeneratorOptions options, bool interrupted) => new()
    {
        Command = options.Command,
        Arguments = options.Arguments,
        Machine = MachineReport.Now(),
        TxPort = options.TxPort ?? string.Empty,
        RxPort = options.RxPort ?? string.Empty,
        Dut = options.DeviceUnderTest,
        Seed = options.Plan.Seed,
        Profile = options.Sends ? options.Profile : null,
        Interrupted = interrupted,
    };

    /// <summary>The same with a result, and what the user expected of it.</summary>
    public RunReport With(TrafficResult result, IReadOnlyList<Expectation<TrafficResult>> expectations) => this with
    {
        Result = result,
        Expectations = [.. expectations.Select(expectation => new ExpectationReport(expectation.Text, expectation.Holds(result)))],
    };
}
