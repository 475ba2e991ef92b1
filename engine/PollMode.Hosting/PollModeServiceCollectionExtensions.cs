using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PollMode;
using PollMode.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds engines to a host.</summary>
public static class PollModeServiceCollectionExtensions
{
    /// <summary>Name of an engine that is given none.</summary>
    public const string DefaultName = "pollmode";

    /// <summary>Adds an engine that is configured in code.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets the engine's options; may be null when the builder does.</param>
    /// <returns>The builder for drivers, stages and options.</returns>
    public static PollModeBuilder AddPollMode(this IServiceCollection services, Action<EngineOptions>? configure = null) =>
        AddPollMode(services, DefaultName, configure);

    /// <summary>Adds an engine that is configured by a section: <c>AddPollMode(builder.Configuration.GetSection("PollMode"))</c>.</summary>
    public static PollModeBuilder AddPollMode(this IServiceCollection services, IConfiguration section) => AddPollMode(services, DefaultName, section);

    /// <summary>Adds an engine by name, configured by a section.</summary>
    public static PollModeBuilder AddPollMode(this IServiceCollection services, string name, IConfiguration section) =>
        AddPollMode(services, name).Bind(section);

    /// <summary>
    /// Adds an engine by name; several may live in one host. It opens before any service of the host starts, runs once all have started,
    /// stops receiving when the host begins to stop, and is drained and closed within the host's shutdown time. <see cref="Engine"/> and
    /// <see cref="IEngine"/> are registered under the name, and without it for the first engine.
    /// </summary>
    /// <exception cref="InvalidOperationException">The host has an engine of that name already.</exception>
    public static PollModeBuilder AddPollMode(this IServiceCollection services, string name, Action<EngineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (services.Any(service => service.IsKeyedService && service.ServiceType == typeof(EngineHost) && name.Equals(service.ServiceKey)))
        {
            throw new InvalidOperationException($"The host has an engine named '{name}' already; give the second a name of its own: AddPollMode(\"other\", ...).");
        }

        services.AddOptions<EngineOptions>(name).Configure(options => options.Name = name).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EngineOptions>>(new EngineOptionsValidator(name));
        services.AddOptions<EngineHostOptions>(name);
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<EngineMetrics>();
        services.AddKeyedSingleton(name, (provider, _) => MakeHost(provider, name));
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<EngineHost>(name).Engine);
        services.AddKeyedSingleton(name, (provider, _) => AsPlain(provider.GetRequiredKeyedService<IEngine>(name)));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<IEngine>(name));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<Engine>(name));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<EngineHost>(name));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"pollmode-{name}",
            provider => provider.GetRequiredKeyedService<EngineHost>(name).HealthCheck,
            failureStatus: null,
            tags: ["pollmode", "live", "ready"]));

        var builder = new PollModeBuilder(services, name);
        return configure == null ? builder : builder.Configure(configure);
    }

    private static EngineHost MakeHost(IServiceProvider provider, string name)
    {
        ILogger logger = provider.GetService<ILoggerFactory>()?.CreateLogger(EngineLog.Category) ?? NullLogger.Instance;
        return new EngineHost(
            observer => MakeEngine(provider, name, observer),
            provider.GetRequiredService<IOptionsMonitor<EngineHostOptions>>().Get(name),
            provider.GetRequiredService<IOptions<HostOptions>>().Value,
            provider.GetRequiredService<IHostApplicationLifetime>(),
            provider.GetRequiredService<EngineMetrics>(),
            provider.GetRequiredService<TimeProvider>(),
            logger);
    }

    private static Engine AsPlain(IEngine engine) => engine as Engine ?? throw new InvalidOperationException(
        $"The engine '{engine.Name}' does not live in the app's runtime, so there is no Engine object of it; ask for {nameof(IEngine)}, or for {engine.GetType().Name}.");

    private static IEngine MakeEngine(IServiceProvider provider, string name, EngineObserver observer)
    {
        EngineOptions options = provider.GetRequiredService<IOptionsMonitor<EngineOptions>>().Get(name);
        if (provider.GetKeyedService<EngineFactory>(name) is { } other)
        {
            return other(provider, options, observer);
        }

        var drivers = new DriverRegistry();
        foreach (IPortDriver driver in provider.GetKeyedServices<IPortDriver>(KeyedService.AnyKey))
        {
            drivers.Add(driver);
        }

        foreach (IPortDecorator decorator in provider.GetKeyedServices<IPortDecorator>(KeyedService.AnyKey))
        {
            drivers.Add(decorator);
        }

        Action<IServiceProvider, PipelineBuilder>[] pipelines = [.. provider.GetKeyedServices<Action<IServiceProvider, PipelineBuilder>>(name)];
        return new Engine(
            options,
            drivers,
            builder => Array.ForEach(pipelines, pipeline => pipeline(provider, builder)),
            observer);
    }
}
