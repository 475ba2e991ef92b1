namespace PollMode;

/// <summary>Everything a worker is made of, put together by the engine before its thread starts.</summary>
internal sealed class WorkerPlan
{
    internal required int Index { get; init; }

    /// <summary>Name of the engine, for the thread's name.</summary>
    internal required string Name { get; init; }

    internal required int? Cpu { get; init; }

    /// <summary>Zero for the ordinary scheduler.</summary>
    internal required int RealTimePriority { get; init; }

    internal required int BurstSize { get; init; }

    internal required int SendRetries { get; init; }

    internal required Mempool Pool { get; init; }

    internal required IReadOnlyList<IPort> Ports { get; init; }

    internal required IReadOnlyList<RxBinding> Receive { get; init; }

    /// <summary>The way to each port, by the port's index.</summary>
    internal required IReadOnlyList<TxBinding> Send { get; init; }

    /// <summary>Rings from workers without a transmit queue, and the queue of this worker that each feeds.</summary>
    internal required IReadOnlyList<(HandOffQueue From, ITxQueue To)> HandOffs { get; init; }

    internal required IReadOnlyList<IStage> Stages { get; init; }

    internal required IIdleStrategy Idle { get; init; }

    internal required StageFaultPolicy FaultPolicy { get; init; }

    internal required TimeSpan StallThreshold { get; init; }

    internal required PacketTrace Trace { get; init; }
}
