using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>A way that packets go from where they are made to where they are measured, past whoever is compared.</summary>
internal interface IWay
{
    /// <summary>On the command line.</summary>
    string Name { get; }

    /// <summary>What is done, and what to know before believing it; Markdown.</summary>
    string Description { get; }

    /// <summary>Who can be put into it.</summary>
    IReadOnlyList<Mode> Modes { get; }

    /// <summary>What the app does beside.</summary>
    IReadOnlyList<Allocation> Allocations { get; }

    /// <summary>Why it cannot be measured here, with a remedy; null if it can.</summary>
    string? Missing { get; }

    /// <summary>Measures once.</summary>
    /// <param name="mode">Who forwards.</param>
    /// <param name="allocation">What the app does.</param>
    /// <param name="bench">Cores and times.</param>
    Result Measure(Mode mode, Allocation allocation, Bench bench);
}
