namespace PollMode;

/// <summary>All counters of an engine at one moment. While workers run, those of different workers may be a burst apart.</summary>
public sealed record EngineStatistics
{
    /// <summary>The ports, by index.</summary>
    public required IReadOnlyList<PortStatistics> Ports { get; init; }

    /// <summary>The workers, by index.</summary>
    public required IReadOnlyList<WorkerStatistics> Workers { get; init; }

    /// <summary>The workers' pools, by the worker's index.</summary>
    public required IReadOnlyList<MempoolStatistics> Pools { get; init; }

    /// <summary>Why a pool that wants to grow cannot: what the host refused the last time. Null when nothing keeps pools from growing but their limits and the budget.</summary>
    public string? GrowthFault { get; init; }

    /// <summary>What the runtime that the workers live in has collected: the app's own, unless the engine is isolated from it.</summary>
    public RuntimeStatistics Runtime { get; init; } = new();

    /// <summary>Packets received by all ports.</summary>
    public long RxPackets => Ports.Sum(port => port.RxPackets);

    /// <summary>Bytes received by all ports.</summary>
    public long RxBytes => Ports.Sum(port => port.RxBytes);

    /// <summary>Packets taken for sending by all ports.</summary>
    public long TxPackets => Ports.Sum(port => port.TxPackets);

    /// <summary>Bytes taken for sending by all ports.</summary>
    public long TxBytes => Ports.Sum(port => port.TxBytes);

    /// <summary>Buffers of all pools.</summary>
    public long PoolCapacity => Pools.Sum(pool => (long)pool.Capacity);

    /// <summary>Buffers out of their pools.</summary>
    public long PoolInFlight => Pools.Sum(pool => (long)pool.InFlight);

    /// <summary>Packets dropped by workers, by reason.</summary>
    public IReadOnlyDictionary<string, long> Dropped
    {
        get
        {
            var all = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach ((string reason, long count) in Workers.SelectMany(worker => worker.Dropped))
            {
                all[reason] = all.GetValueOrDefault(reason) + count;
            }

            return all;
        }
    }
}
