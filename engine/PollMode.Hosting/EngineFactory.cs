namespace PollMode.Hosting;

/// <summary>Makes the engine of a host where it is not to be a plain <see cref="Engine"/>.</summary>
/// <param name="services">The host's services.</param>
/// <param name="options">The engine's configuration, checked.</param>
/// <param name="observer">Who must hear what happens to the engine: the host's logs and its reaction to faults depend on it.</param>
public delegate IEngine EngineFactory(IServiceProvider services, EngineOptions options, EngineObserver observer);
