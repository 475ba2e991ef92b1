namespace PollMode.Isolation;

/// <summary>What is left to say when an engine was closed.</summary>
internal sealed record SessionEnd
{
    /// <summary>The counters of its end.</summary>
    public required EngineStatistics Statistics { get; init; }

    /// <summary>What happened since events were taken last.</summary>
    public required List<EngineEvent> Events { get; init; }
}
