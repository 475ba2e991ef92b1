namespace PollMode.Testing;

/// <summary>Opens ports by spec without an engine around them.</summary>
public static class TestPorts
{
    /// <summary>What ports of one test are opened with. Ports that are to find each other share one dictionary.</summary>
    public static PortContext Context(PoolHarness memory, int index = 0, IDictionary<string, object>? shared = null, PacketTrace? trace = null)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return new PortContext
        {
            PortIndex = index,
            Arena = memory.Arena,
            Shared = shared ?? new Dictionary<string, object>(StringComparer.Ordinal),
            Trace = trace ?? new PacketTrace(),
        };
    }

    /// <summary>Opens a port with its decorators.</summary>
    public static IPort Open(DriverRegistry drivers, string spec, PortContext context)
    {
        ArgumentNullException.ThrowIfNull(drivers);
        IReadOnlyList<PortSpec> links = PortSpec.ParseChain(spec, name => drivers.Decorators.Any(decorator => decorator.Name == name));
        IPort port = drivers.Drivers.First(driver => driver.Name == links[^1].Driver).Open(links[^1], context);
        foreach (PortSpec link in links.Take(links.Count - 1).Reverse())
        {
            port = drivers.Decorators.First(decorator => decorator.Name == link.Driver).Wrap(port, link, context);
        }

        return port;
    }
}
