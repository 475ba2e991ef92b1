namespace PollMode;

/// <summary>What a port will need once it is opened: how the engine sizes pools before any device is touched.</summary>
public sealed record PortPlan
{
    /// <summary>Receive queues it will have.</summary>
    public int RxQueues { get; init; } = 1;

    /// <summary>Transmit queues it will have; <see cref="int.MaxValue"/> for as many as there are workers.</summary>
    public int TxQueues { get; init; } = 1;

    /// <summary>Buffers that one receive queue keeps in the device's rings.</summary>
    public int BuffersPerRxQueue { get; init; }

    /// <summary>Buffers that one transmit queue may keep until they have left.</summary>
    public int BuffersPerTxQueue { get; init; }

    /// <summary>The buffer sizes it can work with, the best first; empty for any.</summary>
    public IReadOnlyList<int> BufferBytes { get; init; } = [];

    /// <summary>Whether the arena must be whole before the port is opened, because the device pins all of it.</summary>
    public bool NeedsFilledArena { get; init; }

    /// <summary>Whether the arena must be shared memory, because a peer maps it: <see cref="Arena.SharedFileDescriptor"/>. Implies a filled one.</summary>
    public bool NeedsSharedMemory { get; init; }
}
