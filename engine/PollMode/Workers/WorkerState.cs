namespace PollMode;

/// <summary>Where a worker is in its life.</summary>
public enum WorkerState
{
    /// <summary>Its thread has not started.</summary>
    Created,

    /// <summary>It polls.</summary>
    Running,

    /// <summary>It receives nothing new and sends what it has.</summary>
    Draining,

    /// <summary>It ended as asked.</summary>
    Stopped,

    /// <summary>It ended because of a fault.</summary>
    Faulted,
}
