using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PollMode.Hosting;

/// <summary>Puts one engine of a host together: its drivers, its stages, its options. Calls add up; the order of drivers does not matter.</summary>
public sealed class PollModeBuilder
{
    private readonly List<string> _moreKeys = [];

    internal PollModeBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The section that the engine is configured by; null when none was given.</summary>
    public IConfiguration? Section { get; private set; }

    /// <summary>The engine's name: the key of its <see cref="Engine"/> and the name of its options.</summary>
    public string Name { get; }

    /// <summary>Makes a driver known to all engines of the host.</summary>
    public PollModeBuilder AddDriver<TDriver>()
        where TDriver : IPortDriver, new() => AddDriver(new TDriver());

    /// <summary>Makes a driver known to all engines of the host, under its own name.</summary>
    public PollModeBuilder AddDriver(IPortDriver driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        Services.AddKeyedSingleton(driver.Name, driver);
        return this;
    }

    /// <summary>Makes a driver known that the container constructs.</summary>
    /// <param name="name">The driver's name: the same that it gives itself.</param>
    public PollModeBuilder AddDriver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDriver>(string name)
        where TDriver : class, IPortDriver
    {
        Services.AddKeyedSingleton<IPortDriver, TDriver>(name);
        return this;
    }

    /// <summary>Makes all drivers and decorators of a package known: <c>AddDrivers(drivers => drivers.AddSoftwareDrivers())</c>.</summary>
    public PollModeBuilder AddDrivers(Action<DriverRegistry> add)
    {
        ArgumentNullException.ThrowIfNull(add);
        var registry = new DriverRegistry();
        add(registry);
        foreach (IPortDriver driver in registry.Drivers)
        {
            AddDriver(driver);
        }

        foreach (IPortDecorator decorator in registry.Decorators)
        {
            AddDecorator(decorator);
        }

        return this;
    }

    /// <summary>Makes a port decorator known to all engines of the host.</summary>
    public PollModeBuilder AddDecorator<TDecorator>()
        where TDecorator : IPortDecorator, new() => AddDecorator(new TDecorator());

    /// <summary>Makes a port decorator known to all engines of the host, under its own name.</summary>
    public PollModeBuilder AddDecorator(IPortDecorator decorator)
    {
        ArgumentNullException.ThrowIfNull(decorator);
        Services.AddKeyedSingleton(decorator.Name, decorator);
        return this;
    }

    /// <summary>Adds stages behind those added before. Called once for each worker when the engine opens.</summary>
    public PollModeBuilder UsePipeline(Action<PipelineBuilder> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return UsePipeline((_, builder) => pipeline(builder));
    }

    /// <summary>Adds stages that need services of the host.</summary>
    public PollModeBuilder UsePipeline(Action<IServiceProvider, PipelineBuilder> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        Services.AddKeyedSingleton(Name, pipeline);
        return this;
    }

    /// <summary>Lets something else make the engine, which may live elsewhere: it then has drivers and stages of its own, and those given here mean nothing to it.</summary>
    /// <param name="make">Makes the engine, when the host is built.</param>
    /// <param name="keys">Keys of the engine's section that belong to it.</param>
    public PollModeBuilder UseEngine(EngineFactory make, params ReadOnlySpan<string> keys)
    {
        ArgumentNullException.ThrowIfNull(make);
        Services.AddKeyedSingleton(Name, make);
        _moreKeys.AddRange(keys);
        return this;
    }

    /// <summary>Sets options in code, after those that were set or bound before.</summary>
    public PollModeBuilder Configure(Action<EngineOptions> configure)
    {
        Services.Configure(Name, configure);
        return this;
    }

    /// <summary>Sets how the engine and the host treat each other.</summary>
    public PollModeBuilder ConfigureHost(Action<EngineHostOptions> configure)
    {
        Services.Configure(Name, configure);
        return this;
    }

    /// <summary>Binds the options of engine and host from a section. Keys that mean nothing are refused at start.</summary>
    public PollModeBuilder Bind(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        Section = section;
        Services.AddOptions<EngineOptions>(Name).Bind(section);
        Services.AddOptions<EngineHostOptions>(Name).Bind(section);
        Services.AddSingleton<IValidateOptions<EngineOptions>>(new SectionValidator(Name, section, _moreKeys));
        return this;
    }
}
