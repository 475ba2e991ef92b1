using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>Everything that a run found: what is printed, written to files, and read again to be joined.</summary>
internal sealed record RunReport
{
    public required string Command { get; init; }

    public required string TxPort { get; init; }

    public required string RxPort { get; init; }

    public long Seed { get; init; }

    /// <summary>The streams, one line each.</summary>
    public required IReadOnlyList<string> Plan { get; init; }

    /// <summary>Whether the user ended it early.</summary>
    public bool Interrupted { get; init; }

    /// <summary>What the generator has to say about itself.</summary>
    public required IReadOnlyList<string> Audit { get; init; }

    public TrafficResult? Result { get; init; }

    /// <summary>Rates over time.</summary>
    public IReadOnlyList<RateSample> Samples { get; init; } = [];

    /// <summary>The benchmarks of RFC 2544, by frame size.</summary>
    public IReadOnlyList<SizeReport> Benchmarks { get; init; } = [];

    public IReadOnlyList<ExpectationReport> Expectations { get; init; } = [];

    public bool IsAsExpected => Expectations.All(expectation => expectation.Holds);
}
