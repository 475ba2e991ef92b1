namespace PollMode;

/// <summary>The drivers and decorators that an engine knows, by name.</summary>
public sealed class DriverRegistry
{
    private readonly SortedDictionary<string, IPortDriver> _drivers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IPortDecorator> _decorators = new(StringComparer.Ordinal);

    /// <summary>The drivers, by name.</summary>
    public IReadOnlyCollection<IPortDriver> Drivers => _drivers.Values;

    /// <summary>The decorators, by name.</summary>
    public IReadOnlyCollection<IPortDecorator> Decorators => _decorators.Values;

    /// <summary>Adds a driver; of two with the same name the later one counts.</summary>
    public DriverRegistry Add(IPortDriver driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        _drivers[driver.Name] = driver;
        return this;
    }

    /// <summary>Adds a decorator; of two with the same name the later one counts.</summary>
    public DriverRegistry Add(IPortDecorator decorator)
    {
        ArgumentNullException.ThrowIfNull(decorator);
        _decorators[decorator.Name] = decorator;
        return this;
    }

    /// <summary>Reads a spec and checks its names and keys.</summary>
    /// <exception cref="PollModeException">An unknown driver or key, or a spec that is not well formed; the message lists what is known.</exception>
    internal RequestedPort Resolve(string text)
    {
        IReadOnlyList<PortSpec> links = PortSpec.ParseChain(text, _decorators.ContainsKey);
        var decorators = new List<(IPortDecorator Decorator, PortSpec Spec)>();
        foreach (PortSpec link in links.Take(links.Count - 1))
        {
            IPortDecorator decorator = _decorators[link.Driver];
            link.CheckKeys(decorator.Options);
            decorators.Add((decorator, link));
        }

        PortSpec last = links[^1];
        if (!_drivers.TryGetValue(last.Driver, out IPortDriver? driver))
        {
            throw new PollModeException(
                $"There is no driver '{last.Driver}' (in the port spec '{text}'); known drivers are {string.Join(", ", _drivers.Keys)}" +
                (_decorators.Count == 0 ? "." : $", and {string.Join(", ", _decorators.Keys)} in front of one."));
        }

        last.CheckKeys(driver.Options);
        return new RequestedPort(text, driver, last, decorators);
    }
}
