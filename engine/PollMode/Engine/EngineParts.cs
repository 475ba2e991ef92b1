namespace PollMode;

/// <summary>What an open engine is made of, and the order in which it is put together and taken apart.</summary>
internal sealed class EngineParts : IDisposable
{
    private static readonly TimeSpan NoTime = TimeSpan.Zero;

    private const int LeaksDescribed = 8;

    private readonly Engine _engine;
    private readonly EngineOptions _options;
    private readonly DriverRegistry _drivers;
    private readonly EngineObserver? _observer;
    private readonly List<IPort> _ports = [];
    private readonly List<Mempool> _pools = [];
    private readonly List<Worker> _workers = [];
    private Arena? _arena;
    private CpuReservation? _reservation;
    private SlabSupplier? _supplier;
    private QueueWiring? _wiring;
    private PortFaultWatch? _faults;
    private Exception? _growthFault;

    internal EngineParts(Engine engine, EngineOptions options, DriverRegistry drivers, EngineObserver? observer)
    {
        _engine = engine;
        _options = options;
        _drivers = drivers;
        _observer = observer;
    }

    internal IReadOnlyList<IPort> Ports => _ports;

    /// <summary>As an array, so that the monitor walks over it without an allocation.</summary>
    internal Worker[] Workers { get; private set; } = [];

    internal bool StopsOnFault => _options.StageFaults == StageFaultPolicy.StopEngine;

    /// <summary>The counters at the end, taken when everything was closed.</summary>
    internal EngineStatistics? FinalStatistics { get; private set; }

    internal EngineStatistics Statistics => new()
    {
        Ports = [.. _ports.Select((port, index) => _wiring!.StatisticsOf(index, port))],
        Workers = [.. _workers.Select(worker => worker.Statistics)],
        Pools = [.. _pools.Select(pool => pool.Statistics)],
        GrowthFault = _supplier?.Fault?.Message,
        Runtime = RuntimeStatistics.Now,
    };

    public void Dispose() => Close(NoTime);

    internal void Open(Action<PipelineBuilder>? pipeline, PacketTrace trace)
    {
        RequestedPort[] requested = [.. _options.Ports.Select(_drivers.Resolve)];
        PortPlan[] plans = [.. requested.Select(port => port.Probe())];
        IReadOnlyList<int> cores = _options.Cores.Length > 0 ? CpuList.Parse(_options.Cores) : [];
        CpuAffinity.Check(cores);
        if (_options.RealTimePriority > 0)
        {
            RealTimeScheduling.Check(_options.RealTimePriority, cores);
        }

        if (_options.KeepOthersOffCores)
        {
            _reservation = CpuReservation.Take(cores);
        }

        var layout = new EngineLayout(_options, requested, plans, cores);
        _arena = new Arena(layout.ArenaOptions);
        if (plans.Any(plan => plan.NeedsFilledArena))
        {
            _arena.Fill();
        }

        for (int worker = 0; worker < layout.WorkerCount; worker++)
        {
            MempoolOptions pools = layout.PoolOptions(worker);
            pools.Supplier = pools.LimitBuffers > pools.Buffers ? _supplier ??= new SlabSupplier(_options.MemoryBudgetBytes) : null;
            var pool = new Mempool(_arena, pools);
            pool.UnbindOwner();
            _pools.Add(pool);
        }

        _observer?.ArenaReady(_engine, _arena.Report);
        if (Ledger.IsOn)
        {
            Ledger.EnterQueue("opening the ports");
        }

        var shared = new Dictionary<string, object>(StringComparer.Ordinal);
        for (int port = 0; port < requested.Length; port++)
        {
            _ports.Add(requested[port].Open(new PortContext { PortIndex = port, Arena = _arena, Trace = trace, Shared = shared }));
        }

        OffloadingPort.CompleteAll(_ports);

        // Reported when all are open and have their queues: only then a ring knows its other end, and a device its modes.
        _wiring = new QueueWiring(layout, _ports, _pools, _options.HandOffPackets);
        for (int port = 0; port < _ports.Count; port++)
        {
            IPort opened = _ports[port];
            _observer?.PortOpened(_engine, port, new OpenedPort(opened.Name, opened.Capabilities, opened.Link, opened.Report));
        }

        if (Ledger.IsOn)
        {
            Ledger.Leave();
        }

        IIdleStrategy idle = MakeIdle(_options.Idle);
        for (int worker = 0; worker < layout.WorkerCount; worker++)
        {
            var builder = new PipelineBuilder();
            pipeline?.Invoke(builder);
            _workers.Add(new Worker(new WorkerPlan
            {
                Index = worker,
                Name = _options.Name,
                Cpu = worker < cores.Count ? cores[worker] : null,
                RealTimePriority = _options.RealTimePriority,
                BurstSize = _options.BurstSize,
                SendRetries = _options.SendRetries,
                Pool = _pools[worker],
                Ports = _ports,
                Receive = _wiring.ReceiveOf(worker),
                Send = _wiring.SendOf(worker),
                HandOffs = _wiring.HandOffsOf(worker),
                Stages = builder.Build(),
                Idle = idle,
                FaultPolicy = _options.StageFaults,
                StallThreshold = _options.StallThreshold,
                Trace = trace,
            }));
        }

        Workers = [.. _workers];
        _faults = new PortFaultWatch(_engine, _ports, _observer);
    }

    /// <summary>Tells what ports say went wrong since the last look. One thread at a time.</summary>
    internal void LookAtPortFaults() => _faults?.Look();

    /// <summary>Tells once why pools cannot grow. One thread at a time.</summary>
    internal void LookAtGrowth()
    {
        if (_supplier?.Fault is { } fault && fault != _growthFault)
        {
            _growthFault = fault;
            _observer?.GrowthFailed(_engine, fault);
        }
    }

    internal void Start()
    {
        foreach (Worker worker in _workers)
        {
            worker.Start();
            _observer?.WorkerStarted(_engine, worker.Index, worker.Cpu, _wiring!.DescribeReceive(worker.Index));
        }
    }

    /// <summary>Stops receiving; what is inside still leaves.</summary>
    internal void StopReceiving()
    {
        foreach (Worker worker in _workers)
        {
            worker.Drain();
        }
    }

    /// <summary>Tells all workers to drain, waits until none has anything left, then ends them.</summary>
    internal bool Stop(TimeSpan timeout)
    {
        StopReceiving();
        long deadline = timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        var watch = new StillnessWatch(Workers);
        while (watch.StillLooks < 2 && Environment.TickCount64 < deadline)
        {
            watch.Look(draining: true);
            Thread.Sleep(1);
        }

        foreach (Worker worker in _workers)
        {
            worker.Quit();
        }

        foreach (Worker worker in _workers)
        {
            for (int seconds = 1; !worker.Join(TimeSpan.FromSeconds(1)); seconds++)
            {
                // A stage that never returns keeps its thread, and with it the memory that it uses: there is nothing safe to do but wait, and say so.
                _observer?.WorkerHangs(_engine, worker.Index, TimeSpan.FromSeconds(seconds));
            }
        }

        return watch.StillLooks >= 2;
    }

    /// <summary>Brings every buffer home and gives everything back, in the order opposite to that of opening.</summary>
    internal void Close(TimeSpan patience)
    {
        // First, since nothing that goes wrong below may keep threads where they are; the workers have ended.
        _reservation?.Dispose();
        if (Ledger.IsOn)
        {
            Ledger.EnterQueue("closing the engine");
        }

        _wiring?.FreeHandedOver(_workers);
        FinalStatistics = _wiring == null ? new EngineStatistics { Ports = [], Workers = [], Pools = [] } : Statistics;
        PortFaultWatch faults = _faults ?? new PortFaultWatch(_engine, _ports, _observer);
        for (int port = 0; port < _ports.Count; port++)
        {
            try
            {
                _ports[port].Dispose();
            }
#pragma warning disable CA1031 // One port's fault must not keep the others open.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _observer?.CloseFailed(_engine, fault);
            }

            faults.Look(port);
        }

        ReportLeaks(patience);
        FinalStatistics = TryStatistics() ?? FinalStatistics;
        foreach (Mempool pool in _pools)
        {
            pool.Dispose();
        }

        _supplier?.Dispose();
        _arena?.DisposeWhenEmpty();
        foreach (Worker worker in _workers)
        {
            worker.Dispose();
        }

        _wiring?.Dispose();
        if (Ledger.IsOn)
        {
            Ledger.Leave();
        }
    }

    private static IIdleStrategy MakeIdle(IdleKind kind) => kind switch
    {
        IdleKind.BusySpin => new BusySpinIdle(),
        IdleKind.Pause => new PauseIdle(),
        IdleKind.Blocking => new BlockingIdle(),
        _ => new AdaptiveIdle(),
    };

    /// <summary>The counters after the ports were closed, with what closing them moved; null if a closed port cannot tell any more.</summary>
    private EngineStatistics? TryStatistics()
    {
        try
        {
            return _wiring == null ? null : Statistics;
        }
#pragma warning disable CA1031 // The counters taken before the ports were closed will do.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _observer?.CloseFailed(_engine, fault);
            return null;
        }
    }

    private void ReportLeaks(TimeSpan patience)
    {
        long deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (_pools.Sum(pool => pool.InFlight) > 0 && Environment.TickCount64 < deadline)
        {
            Thread.Sleep(1);
        }

        int leaked = _pools.Sum(pool => pool.InFlight);
        if (leaked > 0)
        {
            _observer?.BuffersLeaked(_engine, leaked, [.. _pools.SelectMany(pool => pool.DescribeInFlight(LeaksDescribed)).Take(LeaksDescribed)]);
        }

        try
        {
            if (Ledger.IsOn)
            {
                _pools.ForEach(pool => pool.CheckHome());
            }
        }
        catch (LedgerException fault)
        {
            _observer?.CloseFailed(_engine, fault);
        }
    }
}
