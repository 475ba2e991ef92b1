namespace PollMode;

/// <summary>A thread that looks at the workers now and then: reports what went wrong, and notices when all sources have ended. As long as nothing happens it allocates nothing.</summary>
internal sealed class EngineMonitor : IDisposable
{
    private const int PeriodMilliseconds = 10;

    /// <summary>Looks without any movement after which passive queues count as empty for good.</summary>
    private const int QuietLooks = 3;

    /// <summary>Looks between two at what ports say went wrong.</summary>
    private const int FaultLooks = 20;

    private readonly Engine _engine;
    private readonly EngineParts _parts;
    private readonly EngineObserver? _observer;
    private readonly TaskCompletionSource _completion;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private readonly long[] _faultsSeen;
    private readonly bool[] _endSeen;
    private readonly LinkState[] _linksSeen;
    private readonly StillnessWatch _watch;
    private readonly ReceiveWatch _receiveWatch;
    private readonly Action _look;
    private int _looks;

    internal EngineMonitor(Engine engine, EngineParts parts, EngineObserver? observer, TaskCompletionSource completion)
    {
        _engine = engine;
        _parts = parts;
        _observer = observer;
        _completion = completion;
        _look = Look;
        _watch = new StillnessWatch(parts.Workers);
        _receiveWatch = new ReceiveWatch(parts.Workers);
        _faultsSeen = new long[parts.Workers.Length];
        _endSeen = new bool[parts.Workers.Length];
        _linksSeen = [.. parts.Ports.Select(port => port.Link)];
        _thread = new Thread(Run) { Name = $"{engine.Name}-monitor", IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Set();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
            Guarded(LookAtWorkers);
        }
    }

    private void Run()
    {
        while (!_stop.Wait(PeriodMilliseconds))
        {
            if (!Guarded(_look))
            {
                return;
            }
        }
    }

    private void Look()
    {
        _receiveWatch.Look();
        LookAtWorkers();
        LookAtLinks();
        if (++_looks % FaultLooks == 0)
        {
            _parts.LookAtPortFaults();
            _parts.LookAtGrowth();
        }

        LookForTheEnd();
    }

    private bool Guarded(Action look)
    {
        try
        {
            look();
            return true;
        }
#pragma warning disable CA1031 // An observer's or a port's fault ends the watching, with a failed completion, but not the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _completion.TrySetException(fault);
            return false;
        }
    }

    private void LookAtWorkers()
    {
        foreach (Worker worker in _parts.Workers)
        {
            long faults = Volatile.Read(ref worker.Counters.StageFaults);
            if (faults > _faultsSeen[worker.Index] && worker.LastFault is { } last)
            {
                _observer?.StageFaulted(_engine, worker.Index, faults - _faultsSeen[worker.Index], last);
                _faultsSeen[worker.Index] = faults;
            }

            if (worker.State == WorkerState.Faulted && !_endSeen[worker.Index])
            {
                _endSeen[worker.Index] = true;
                Exception fault = worker.LastFault!;
                _observer?.WorkerFaulted(_engine, worker.Index, fault);
                if (_parts.StopsOnFault)
                {
                    _parts.StopReceiving();
                }

                if (_parts.StopsOnFault || !worker.EndedByPolicy || Array.TrueForAll(_parts.Workers, static each => each.HasEnded))
                {
                    _completion.TrySetException(fault);
                }
            }
        }
    }

    private void LookAtLinks()
    {
        for (int i = 0; i < _linksSeen.Length; i++)
        {
            LinkState link = _parts.Ports[i].Link;
            if (link != _linksSeen[i])
            {
                _linksSeen[i] = link;
                _observer?.LinkChanged(_engine, i, _parts.Ports[i].Name, link);
            }
        }
    }

    /// <summary>
    /// The end: some source has ended, none is live, and during the last few looks no packet has moved, while every worker turned. So a
    /// ring between workers has been emptied by then, and its packets sent.
    /// </summary>
    private void LookForTheEnd()
    {
        bool ended = false;
        foreach (Worker worker in _parts.Workers)
        {
            if (worker.HasEnded)
            {
                continue;
            }

            for (int i = 0; i < worker.Receive.Length; i++)
            {
                RxQueueLife life = worker.Receive[i].Queue.Life;
                if (life == RxQueueLife.Live)
                {
                    return;
                }

                ended |= life == RxQueueLife.Ended;
            }
        }

        if (!ended)
        {
            return;
        }

        _watch.Look(draining: false);
        if (_watch.StillLooks >= QuietLooks)
        {
            _completion.TrySetResult();
        }
    }
}
