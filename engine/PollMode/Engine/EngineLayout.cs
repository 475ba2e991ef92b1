namespace PollMode;

/// <summary>How an engine is laid out before anything is opened: how many workers, which queues each has, how much memory.</summary>
internal sealed class EngineLayout
{
    /// <summary>Buffers a pool has beyond what its queues keep, when the user names no number.</summary>
    private const int Reserve = 4096;

    /// <summary>
    /// The buffers of ports that do not care: 2048 bytes and a cache line. With a power of two the first bytes of all frames fall on the
    /// same few sets of the first-level cache; perf/README.md has the measurement.
    /// </summary>
    private const int OffsetBufferBytes = 2048 + 64;

    private readonly EngineOptions _options;
    private readonly PortPlan[] _plans;
    private readonly int _buffers;
    private readonly int _bufferBytes;

    internal EngineLayout(EngineOptions options, RequestedPort[] requested, PortPlan[] plans, IReadOnlyList<int> cores)
    {
        _options = options;
        _plans = plans;
        int rxQueues = plans.Sum(plan => plan.RxQueues);
        if (rxQueues == 0)
        {
            throw new PollModeException("None of the ports receives anything, so there is nothing to do; name a port that is a source.");
        }

        int most = cores.Count > 0 ? cores.Count : Environment.ProcessorCount;
        WorkerCount = Math.Min(options.Workers > 0 ? options.Workers : most, rxQueues);
        if (cores.Count > 0 && options.Workers > cores.Count)
        {
            throw new PollModeException($"Workers is {options.Workers} but Cores names only {cores.Count} core(s); name a core for each worker.");
        }

        AssignQueues();
        _bufferBytes = ChooseBufferBytes(requested);
        _buffers = ChooseBuffers();
        long slabs = (long)WorkerCount * SlabsFor(Math.Max(_buffers, options.BufferLimitPerWorker));
        if (slabs > SlabTable.Limit)
        {
            throw new PollModeException(
                $"BuffersPerWorker is {Math.Max(_buffers, options.BufferLimitPerWorker)} for each of {WorkerCount} worker(s), and all pools together may have " +
                $"{(long)SlabTable.Limit * (Arena.SlabBytes / _bufferBytes)} buffers of {_bufferBytes} bytes; ask for fewer.");
        }
    }

    internal int WorkerCount { get; }

    /// <summary>Every receive queue, with the worker that polls it.</summary>
    internal List<(int Port, int Queue, int Worker)> Receive { get; } = [];

    internal ArenaOptions ArenaOptions => new()
    {
        BufferBytes = _bufferBytes,
        HeadroomBytes = _options.HeadroomBytes,
        LargestPages = _options.LargestPages,
        SmallestPages = _options.SmallestPages,
        NumaNode = _options.NumaNode,
        Shared = _plans.Any(plan => plan.NeedsSharedMemory),
        LimitBytes = (long)WorkerCount * SlabsFor(Math.Max(_buffers, _plans.Any(plan => plan.NeedsFilledArena || plan.NeedsSharedMemory) ? 0 : _options.BufferLimitPerWorker)) * Arena.SlabBytes,
    };

    internal MempoolOptions PoolOptions(int worker) => new()
    {
        Name = $"{_options.Name}-{worker}",
        Buffers = _buffers,
        LimitBuffers = _options.BufferLimitPerWorker > _buffers ? _options.BufferLimitPerWorker : 0,
        CacheRefill = Math.Max(64, _options.BurstSize),
        CacheRecycleLimit = Math.Max(128, 2 * _options.BurstSize),
        CacheCapacity = Math.Max(1024, Arena.SlabBytes / _bufferBytes),
    };

    /// <summary>Where packets of a port go unless a stage says otherwise.</summary>
    internal int EgressOf(int port)
    {
        if (_options.Egress.Count > 0)
        {
            return _options.Egress[port];
        }

        int partner = port ^ 1;
        return partner < _plans.Length ? partner : port;
    }

    internal PortPlan PlanOf(int port) => _plans[port];

    private int SlabsFor(int buffers)
    {
        int perSlab = Arena.SlabBytes / _bufferBytes;
        return (buffers + perSlab - 1) / perSlab;
    }

    /// <summary>Deals the queues out in turn, so that the queues of one port land on different workers.</summary>
    private void AssignQueues()
    {
        int next = 0;
        for (int port = 0; port < _plans.Length; port++)
        {
            for (int queue = 0; queue < _plans[port].RxQueues; queue++)
            {
                Receive.Add((port, queue, next++ % WorkerCount));
            }
        }
    }

    private int ChooseBufferBytes(RequestedPort[] requested)
    {
        int[] candidates = _options.BufferBytes > 0 ? [_options.BufferBytes] : [OffsetBufferBytes, .. _plans.SelectMany(plan => plan.BufferBytes), 2048, 4096];
        foreach (int candidate in candidates)
        {
            if (_plans.All(plan => plan.BufferBytes.Count == 0 || plan.BufferBytes.Contains(candidate)))
            {
                return candidate;
            }
        }

        IEnumerable<string> wishes = requested.Zip(_plans)
            .Where(pair => pair.Second.BufferBytes.Count > 0)
            .Select(pair => $"'{pair.First.Text}' wants {string.Join(" or ", pair.Second.BufferBytes)}");
        throw new PollModeException(
            $"The ports of one engine share their buffers, which must be of one size, and no size suits all{(_options.BufferBytes > 0 ? $" (BufferBytes is {_options.BufferBytes})" : string.Empty)}: " +
            $"{string.Join(", ", wishes)} bytes. Change the ports' options, or run them in engines of their own.");
    }

    private int ChooseBuffers()
    {
        int needed = Enumerable.Range(0, WorkerCount).Max(NeededBy);
        if (_options.BuffersPerWorker == 0)
        {
            return (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(needed + Reserve));
        }

        if (_options.BuffersPerWorker < needed)
        {
            throw new PollModeException(
                $"BuffersPerWorker is {_options.BuffersPerWorker}, but the rings of a worker's queues alone keep {needed} buffers; " +
                $"set it to at least {needed}, better {needed + Reserve}, or make the ports' rings smaller.");
        }

        return _options.BuffersPerWorker;
    }

    private int NeededBy(int worker)
    {
        int rings = Receive.Where(queue => queue.Worker == worker).Sum(queue => _plans[queue.Port].BuffersPerRxQueue);
        return rings + _plans.Sum(plan => plan.BuffersPerTxQueue) + (2 * _options.BurstSize);
    }
}
