namespace PollMode;

/// <summary>What a port can do. Sizes are of the Ethernet frame, from destination address to the last payload byte, without the FCS.</summary>
public sealed record PortCapabilities
{
    /// <summary>Receive queues it has; zero for a pure sink.</summary>
    public int RxQueues { get; init; } = 1;

    /// <summary>Transmit queues it has; zero for a pure source, <see cref="int.MaxValue"/> for as many as there are workers.</summary>
    public int TxQueues { get; init; } = 1;

    /// <summary>Longest frame it carries, in bytes.</summary>
    public int MaxFrameBytes { get; init; } = 1518;

    /// <summary>Whether a frame may span several buffers.</summary>
    public bool Segments { get; init; }

    /// <summary>Whether frames pass between device and pool without a copy.</summary>
    public bool ZeroCopy { get; init; }

    /// <summary>
    /// What the port tells about received packets. Requests among it (<see cref="SoftwareOffload.Requests"/>) are work that it may leave to
    /// the port by which a packet leaves; in front of one that lacks them in <see cref="TxRequests"/> the engine does them in software.
    /// </summary>
    public PacketFlags RxFacts { get; init; }

    /// <summary>What the port does for packets on request. A stage that asks for more must do it itself.</summary>
    public PacketFlags TxRequests { get; init; }

    /// <summary>The port's own address as six bytes in network order in the low 48 bits; zero where it has none.</summary>
    public ulong MacAddress { get; init; }
}
