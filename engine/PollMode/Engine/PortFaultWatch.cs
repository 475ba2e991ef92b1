namespace PollMode;

/// <summary>Tells an observer what ports say went wrong, each sentence once. One thread at a time: the monitor, then whoever closes the ports.</summary>
internal sealed class PortFaultWatch(Engine engine, IReadOnlyList<IPort> ports, EngineObserver? observer)
{
    private readonly HashSet<string>[] _told = [.. ports.Select(_ => new HashSet<string>(StringComparer.Ordinal))];

    /// <summary>Looks at all ports. Allocates nothing as long as they have nothing to say.</summary>
    internal void Look()
    {
        for (int i = 0; i < ports.Count; i++)
        {
            Look(i);
        }
    }

    /// <summary>Looks at one port.</summary>
    internal void Look(int port)
    {
        IReadOnlyList<string> faults = ports[port].Faults;
        for (int i = 0; i < faults.Count; i++)
        {
            if (_told[port].Add(faults[i]))
            {
                observer?.PortFaulted(engine, ports[port].Name, faults[i]);
            }
        }
    }
}
