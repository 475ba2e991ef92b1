namespace PollMode.Hosting;

/// <summary>How an engine and its host treat each other. Bound from the same section as <see cref="EngineOptions"/>.</summary>
public sealed class EngineHostOptions
{
    /// <summary>
    /// Whether a worker that ends because of a fault stops the host. The process then exits with <see cref="FaultExitCode"/>, unless its
    /// <c>Main</c> returns a code of its own.
    /// </summary>
    public bool StopHostOnFault { get; set; } = true;

    /// <summary>What <see cref="Environment.ExitCode"/> becomes when a fault stops the host.</summary>
    public int FaultExitCode { get; set; } = 1;

    /// <summary>Whether the host stops when every source has ended and all its packets have left.</summary>
    public bool StopHostWhenCompleted { get; set; }

    /// <summary>How long packets inside the engine may take to leave when the host stops; null for nine tenths of the host's shutdown time.</summary>
    public TimeSpan? DrainTimeout { get; set; }
}
