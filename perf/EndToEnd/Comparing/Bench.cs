using System.Globalization;

namespace PollMode.EndToEnd;

/// <summary>What every measurement of one invocation has in common.</summary>
internal sealed record Bench
{
    /// <summary>How long a side runs before it is looked at: compilers and caches get warm.</summary>
    public int WarmUpSeconds { get; init; } = 2;

    /// <summary>How long it is looked at. A rate is the middle one of those of its whole seconds.</summary>
    public int Seconds { get; init; } = 3;

    /// <summary>The core of whoever is measured.</summary>
    public int Core { get; init; } = Environment.ProcessorCount - 1;

    /// <summary>The core of whoever stands at the other end: a generator, a receiver, or a peer's main thread.</summary>
    public int OtherCore => Core == 0 ? Math.Min(1, Environment.ProcessorCount - 1) : 0;

    /// <summary>The real-time priority of whoever is measured; zero for the ordinary scheduler.</summary>
    public int RealTimePriority { get; init; }

    /// <summary>Which dpdk-testpmd.</summary>
    public Tool Testpmd { get; init; } = Tool.Testpmd;

    /// <summary>Ends everything early.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>What is run for a program that a contender needs: another binary than usual if one was named.</summary>
    internal Tool Actual(Tool needed) => needed == Tool.Testpmd ? Testpmd : needed;

    /// <summary>The core as a word of a command line.</summary>
    internal string CoreText => Core.ToString(CultureInfo.InvariantCulture);

    /// <summary>The other core as a word of a command line.</summary>
    internal string OtherCoreText => OtherCore.ToString(CultureInfo.InvariantCulture);
}
