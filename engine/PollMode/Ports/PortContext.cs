namespace PollMode;

/// <summary>What a driver is given to open a port with.</summary>
public sealed class PortContext
{
    /// <summary>Index of the port in the engine: what packets received by it carry.</summary>
    public required int PortIndex { get; init; }

    /// <summary>The arena that all buffers of the engine come from: what is registered with a device. Borrowed.</summary>
    public required Arena Arena { get; init; }

    /// <summary>Where traced packets leave their traces. Borrowed.</summary>
    public PacketTrace Trace { get; init; } = new();

    /// <summary>The names of ring pairs of this engine, for drivers whose ports find each other by name. Shared by its ports.</summary>
    public IDictionary<string, object> Shared { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);
}
