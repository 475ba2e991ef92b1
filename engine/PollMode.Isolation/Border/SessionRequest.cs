namespace PollMode.Isolation;

/// <summary>What the app asks for.</summary>
internal sealed record SessionRequest
{
    /// <summary>The engine's configuration, the same as in the app's runtime.</summary>
    public required EngineOptions Options { get; init; }

    /// <summary>What the app tells the data plane's own code.</summary>
    public required Dictionary<string, string> Settings { get; init; }

    /// <summary>CPUs that the app's threads are kept off, and workers may have.</summary>
    public required List<int> ReservedCpus { get; init; }

    /// <summary>The memfd that rings are made in.</summary>
    public required int RingDescriptor { get; init; }
}
