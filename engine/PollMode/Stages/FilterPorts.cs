namespace PollMode;

/// <summary>A range of transport ports, both ends included.</summary>
/// <param name="First">The lowest port.</param>
/// <param name="Last">The highest port.</param>
public readonly record struct FilterPorts(ushort First, ushort Last)
{
    /// <summary>A single port.</summary>
    public FilterPorts(ushort port)
        : this(port, port)
    {
    }

    /// <summary>Whether a port lies in the range.</summary>
    public bool Contains(ushort port) => port >= First && port <= Last;
}
