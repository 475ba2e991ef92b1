namespace PollMode.Isolation;

/// <summary>All that a data plane counts.</summary>
internal sealed record SessionStatistics
{
    /// <summary>The engine.</summary>
    public required EngineStatistics Engine { get; init; }

    /// <summary>The runtime it lives in.</summary>
    public required RuntimeStatistics Runtime { get; init; }
}
