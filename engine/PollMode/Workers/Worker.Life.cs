namespace PollMode;

/// <content>How a worker's thread begins and ends.</content>
internal sealed unsafe partial class Worker
{
    internal void Start()
    {
        _started = true;
        _thread.Start();
    }

    /// <summary>Stops receiving from live queues; goes on with what is inside the engine.</summary>
    internal void Drain()
    {
        // First: an empty turn that sees the other then is the last that did not ask.
        _told = true;
        _draining = true;
    }

    /// <summary>Ends the loop after its current turn.</summary>
    internal void Quit()
    {
        _told = true;
        _quit = true;
    }

    /// <summary>Frees packets that were on their way to this worker when it ended. After it has joined.</summary>
    internal void DropAfterEnd(ReadOnlySpan<Packet> packets, DropReason reason)
    {
        _space.DropCounts[reason.Index] += packets.Length;
        foreach (Packet packet in packets)
        {
            packet.Free();
        }
    }

    /// <summary>Waits for the thread to end. A worker is <see cref="WorkerState.Created"/> while its stages start, so its state cannot tell.</summary>
    internal bool Join(TimeSpan timeout) => !_started || (_thread.ThreadState & System.Threading.ThreadState.Unstarted) != 0 || _thread.Join(timeout);

    private void Run()
    {
        int started = 0;
        try
        {
            if (_plan.Cpu is { } cpu)
            {
                CpuAffinity.Pin(cpu);
            }

            if (_plan.RealTimePriority > 0)
            {
                RealTimeScheduling.Enter(_plan.RealTimePriority);
            }

            _pool.BindOwner();
            var context = new StageContext { WorkerIndex = Index, Pool = _pool, Ports = _plan.Ports, Space = _space };
            foreach (IStage stage in _stages)
            {
                if (Ledger.IsOn)
                {
                    Ledger.Enter(stage.Name);
                }

                stage.Start(context);
                started++;
            }

            _stalls.Start();
            _state = (int)WorkerState.Running;
            while (!_quit)
            {
                Turns();
            }

            ReturnPlaces();
            FinishStages(ref started);
            _state = (int)WorkerState.Stopped;
        }
#pragma warning disable CA1031 // A worker's thread is where its faults end: they are kept for the engine to report.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // Before the state, by which others see that the worker has ended: its stages must have given back what they held by then.
            LastFault = fault;
            ReturnPlaces();
            TryFinishStages(ref started);
            _state = (int)WorkerState.Faulted;
        }
        finally
        {
            // From here on nobody rents; what comes home goes over the ring until the pool is disposed.
            _pool.UnbindOwner();
            foreach ((HandOffQueue from, _) in _handOffs)
            {
                from.Close();
            }
        }
    }

    private void FinishStages(ref int started)
    {
        while (started > 0)
        {
            if (Ledger.IsOn)
            {
                Ledger.Enter(_stages[started - 1].Name);
            }

            _stages[--started].Finish();
        }
    }

    /// <summary>Finishes the stages that are still open after a fault: each gets its chance, whatever another throws.</summary>
    private void TryFinishStages(ref int started)
    {
        while (started > 0)
        {
            try
            {
                FinishStages(ref started);
            }
#pragma warning disable CA1031 // The first fault is the one to report.
            catch (Exception)
#pragma warning restore CA1031
            {
                // The stage that threw counts as finished; go on with those before it.
            }
        }
    }
}
