namespace PollMode;

/// <summary>
/// The life and the counters of an engine, wherever its workers live: in this runtime (<see cref="Engine"/>), or in one of their own that this
/// runtime's collections do not stop. What a host needs to know of an engine.
/// </summary>
/// <remarks>Its methods are called by one thread at a time; statistics are read from any.</remarks>
public interface IEngine : IDisposable
{
    /// <summary>The engine's name.</summary>
    string Name { get; }

    /// <summary>Where the engine is in its life.</summary>
    EngineState State { get; }

    /// <summary>Completes when every source has ended and all its packets have left, or fails when a worker ended because of a fault.</summary>
    Task Completion { get; }

    /// <summary>All counters. From any thread; after <see cref="IDisposable.Dispose"/> those of its end.</summary>
    EngineStatistics Statistics { get; }

    /// <summary>Probes the ports, takes memory, opens the ports and their queues.</summary>
    /// <exception cref="PollModeException">Something cannot be opened; whatever was opened before it has been closed.</exception>
    void Open();

    /// <summary>Starts the workers.</summary>
    void Start();

    /// <summary>Stops receiving from live queues and goes on with what is inside: the first half of <see cref="Stop"/>, for hosts that stop in steps.</summary>
    void StopReceiving();

    /// <summary>Stops receiving, sends what is inside, and joins the workers.</summary>
    /// <param name="timeout">How long to wait for packets inside the engine; what is left then is freed and counted.</param>
    /// <returns>True if everything had left in time.</returns>
#pragma warning disable CA1716 // A word of Visual Basic; start and stop are what engines do.
    bool Stop(TimeSpan timeout);
#pragma warning restore CA1716
}
