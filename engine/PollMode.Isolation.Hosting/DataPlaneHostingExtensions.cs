using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using PollMode;
using PollMode.Hosting;
using PollMode.Isolation;
using PollMode.Isolation.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gives a host's engine a data plane that may live out of reach of the app's collections.</summary>
public static class DataPlaneHostingExtensions
{
    /// <summary>
    /// Makes the engine of a data plane's drivers and stages, in place of those of the app. Where it runs is a matter of configuration: the key
    /// <c>Isolation</c> of the engine's section, with its <c>Mode</c>. Ports, options, health, metrics, logs and the way it stops are the same everywhere.
    /// <see cref="DataPlaneEngine"/> is registered under the engine's name, and without it for the first engine.
    /// </summary>
    /// <typeparam name="TPlane">The data plane, in a project of its own that is a program.</typeparam>
    /// <param name="builder">The engine.</param>
    /// <param name="configure">Sets options in code, after those of the section; may be null.</param>
    public static PollModeBuilder UseDataPlane<TPlane>(this PollModeBuilder builder, Action<IsolationOptions>? configure = null)
        where TPlane : IDataPlane, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        string name = builder.Name;
        IServiceCollection services = builder.Services;
        var section = new IsolationSection(builder);
        services.AddOptions<IsolationOptions>(name).ValidateOnStart();
        services.AddSingleton<IConfigureOptions<IsolationOptions>>(section);
        services.AddSingleton<IValidateOptions<IsolationOptions>>(section);
        if (configure != null)
        {
            services.Configure(name, configure);
        }

        services.AddKeyedSingleton(name, static (provider, key) => (DataPlaneEngine)provider.GetRequiredKeyedService<IEngine>(key));
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<DataPlaneEngine>(name));
        return builder.UseEngine((provider, options, observer) => Make<TPlane>(provider, name, options, observer), IsolationSection.Key);
    }

    private static DataPlaneEngine Make<TPlane>(IServiceProvider provider, string name, EngineOptions options, EngineObserver observer)
        where TPlane : IDataPlane, new()
    {
        if (provider.GetKeyedServices<Action<IServiceProvider, PipelineBuilder>>(name).Any())
        {
            throw new PollModeException($"The engine '{name}' has a data plane, whose stages are defined in {typeof(TPlane).Name}; move those of UsePipeline there.");
        }

        IsolationOptions isolation = provider.GetRequiredService<IOptionsMonitor<IsolationOptions>>().Get(name);
        return new DataPlaneEngine(PlaceOf<TPlane>(isolation), options, isolation.Settings.AsReadOnly(), observer);
    }

    private static DataPlanePlace PlaceOf<TPlane>(IsolationOptions isolation)
        where TPlane : IDataPlane, new() => isolation.Mode switch
        {
            IsolationMode.Library => DataPlanePlace.InLibrary(PathOf<TPlane>(isolation, ".so")),
            IsolationMode.Process => DataPlanePlace.InProcess(PathOf<TPlane>(isolation, ".dll")),
            _ => DataPlanePlace.InThisRuntime<TPlane>(),
        };

    private static string PathOf<TPlane>(IsolationOptions isolation, string extension) => isolation.Path.Length > 0
        ? Path.GetFullPath(isolation.Path, AppContext.BaseDirectory)
        : Path.Combine(AppContext.BaseDirectory, typeof(TPlane).Assembly.GetName().Name + extension);
}
