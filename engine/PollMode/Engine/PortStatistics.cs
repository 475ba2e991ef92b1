namespace PollMode;

/// <summary>Counters of one port at one moment.</summary>
public sealed record PortStatistics
{
    /// <summary>Index in the engine.</summary>
    public required int Index { get; init; }

    /// <summary>The spec it was opened by.</summary>
    public required string Name { get; init; }

    /// <summary>Whether frames can pass.</summary>
    public LinkState Link { get; init; }

    /// <summary>Its receive queues.</summary>
    public required IReadOnlyList<QueueStatistics> Receive { get; init; }

    /// <summary>Its transmit queues.</summary>
    public required IReadOnlyList<QueueStatistics> Transmit { get; init; }

    /// <summary>Counters that only this kind of port has.</summary>
    public required IReadOnlyList<PortCounter> Extended { get; init; }

    /// <summary>Packets received by all queues.</summary>
    public long RxPackets => Receive.Sum(queue => queue.Packets);

    /// <summary>Bytes received by all queues.</summary>
    public long RxBytes => Receive.Sum(queue => queue.Bytes);

    /// <summary>Packets taken for sending by all queues.</summary>
    public long TxPackets => Transmit.Sum(queue => queue.Packets);

    /// <summary>Bytes taken for sending by all queues.</summary>
    public long TxBytes => Transmit.Sum(queue => queue.Bytes);
}
