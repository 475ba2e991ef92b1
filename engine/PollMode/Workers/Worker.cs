using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>
/// The pinned thread of one or more receive queues: receive a burst, run the stages over it, send what has an egress port, free and count
/// the rest, idle if empty. Owns its mempool, its transmit queues and its counters.
/// </summary>
internal sealed unsafe partial class Worker : IDisposable
{
    private const int RetriesBeforeYield = 64;

    /// <summary>Turns between two tidyings of the pool, less one.</summary>
    private const long TidyMask = 4095;

    private readonly WorkerPlan _plan;
    private readonly Mempool _pool;
    private readonly IStage[] _stages;
    private readonly RxBinding[] _receive;
    private readonly TxBinding[] _send;
    private readonly (HandOffQueue From, ITxQueue To)[] _handOffs;
    private readonly BurstSpace _space;
    private readonly WorkerCounters _counters = new();
    private readonly StallRecorder _stalls;
    private readonly bool _idleRests;
    private readonly int[] _descriptors;
    private readonly string[] _portSteps;
    private readonly string _ownStep;
    private readonly Thread _thread;
    private volatile int _state;
    private volatile bool _draining;
    private volatile bool _quit;
    private volatile bool _quiet;
    private long _emptyTurns;
    private bool _started;

    internal Worker(WorkerPlan plan)
    {
        _plan = plan;
        _pool = plan.Pool;
        _stages = [.. plan.Stages];
        _receive = [.. plan.Receive];
        _send = [.. plan.Send];
        _handOffs = [.. plan.HandOffs];
        _space = new BurstSpace(plan.Pool, plan.BurstSize, plan.Trace);
        _stalls = new StallRecorder(plan.StallThreshold, plan.Stages.Count > 0);
        _idleRests = plan.Idle.Rests;
        // Nothing wakes a worker that blocks for what others hand over to it: it has no descriptors, and sleeps shortly instead.
        _descriptors = plan.HandOffs.Count > 0 ? [] : [.. plan.Receive.Select(binding => binding.Queue.PollFileDescriptor).Where(descriptor => descriptor >= 0)];
        _portSteps = [.. plan.Ports.Select((port, index) => $"port {index}, {port.Name}")];
        _ownStep = $"worker {plan.Index}";
        _thread = new Thread(Run, 1 << 20) { Name = $"{plan.Name}-{plan.Index}", IsBackground = false };
    }

    /// <summary>What ended the worker, or the last exception a stage threw.</summary>
    internal Exception? LastFault { get; private set; }

    /// <summary>True when it ended because the policy for stage faults says so, and not because it could not go on.</summary>
    internal bool EndedByPolicy { get; private set; }

    internal WorkerState State => (WorkerState)_state;

    internal int Index => _plan.Index;

    internal int? Cpu => _plan.Cpu;

    internal Mempool Pool => _pool;

    internal WorkerCounters Counters => _counters;

    internal StallRecorder Stalls => _stalls;

    internal ReadOnlySpan<RxBinding> Receive => _receive;

    /// <summary>True when the worker was told to drain, has seen that, and has nothing left to send.</summary>
    internal bool IsQuiet => _quiet && _state == (int)WorkerState.Draining;

    /// <summary>True when its last turn brought nothing and its queues had nothing left to send.</summary>
    internal bool HasTurnedEmpty => _quiet;

    internal bool HasEnded => _state >= (int)WorkerState.Stopped;

    public void Dispose() => _space.Dispose();

    /// <summary>One turn, and the idling after an empty one. A method of its own, so that it is compiled anew while the loop runs.</summary>
    private void Turn()
    {
        if ((++_counters.Turns & TidyMask) == 0)
        {
            _pool.Tidy();
        }

        int count = RunOnce();
        _stalls.Turned(count);
        if (count > 0)
        {
            if (_emptyTurns > 0)
            {
                _emptyTurns = 0;
                _quiet = false;
            }

            return;
        }

        _counters.EmptyTurns++;
        _emptyTurns++;
        bool outstanding = ServiceQueues();
        _quiet = !outstanding;
        if (_draining)
        {
            _state = (int)WorkerState.Draining;
        }

        if (_idleRests)
        {
            _stalls.Look();
            _plan.Idle.Idle(_emptyTurns, _descriptors);
            _stalls.Resume();
        }
        else
        {
            _plan.Idle.Idle(_emptyTurns, _descriptors);
        }
    }

    /// <summary>The whole engine: receive a burst, process it, send it, free the rest.</summary>
    private int RunOnce()
    {
        int total = 0;
        foreach (RxBinding binding in _receive)
        {
            if (Ledger.IsOn)
            {
                Ledger.EnterQueue("receive");
            }

            if (_draining && binding.Queue.Life == RxQueueLife.Live)
            {
                continue;
            }

            int count = binding.Queue.Receive(_space.Packets[.._plan.BurstSize]);
            if (count > 0)
            {
                if (Ledger.IsOn)
                {
                    Ledger.Received(_space.Packets[..count], _portSteps[binding.Port]);
                }

                total += count;
                _counters.Bursts++;
                _counters.Received += count;
                var burst = new Burst(_space, count, binding.Port, binding.Egress);
                if (_stalls.TimesStages)
                {
                    ProcessTimed(ref burst);
                }
                else
                {
                    Process(ref burst);
                }

                Transmit(ref burst);
            }
        }

        return _handOffs.Length == 0 ? total : total + SendHandedOver();
    }

    private void ProcessTimed(ref Burst burst)
    {
        long start = Stopwatch.GetTimestamp();
        Process(ref burst);
        _stalls.AddStageTime(Stopwatch.GetTimestamp() - start);
    }

    private void Process(ref Burst burst)
    {
        if (_stages.Length == 0)
        {
            return;
        }

        try
        {
            if (_plan.Trace.IsActive)
            {
                TracedStages.Process(_stages, ref burst, _plan.Trace);
                return;
            }

            foreach (IStage stage in _stages)
            {
                if (Ledger.IsOn)
                {
                    Ledger.EnterStage(stage.Name, burst.Packets);
                }

                stage.Process(ref burst);
                if (Ledger.IsOn)
                {
                    Ledger.LeaveStage(burst.Packets);
                }

                burst.Settle();
            }
        }
#pragma warning disable CA1031 // Whatever a stage throws costs its burst, not the process.
        catch (Exception fault) when (!Ledger.IsOn || fault is not LedgerException)
#pragma warning restore CA1031
        {
            Isolate(ref burst, fault);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Isolate(ref Burst burst, Exception fault)
    {
        burst.DropAll(DropReason.StageFault);
        burst.Settle();
        LastFault = fault;
        _counters.StageFaults++;
        if (_plan.FaultPolicy != StageFaultPolicy.Continue)
        {
            EndedByPolicy = true;
            throw new PollModeException($"Worker {Index} stopped because a stage threw: {fault.Message}", fault);
        }
    }

    private void Transmit(ref Burst burst)
    {
        if (Ledger.IsOn)
        {
            Ledger.EnterQueue("send");
        }

        if (burst.IsMixed)
        {
            TransmitMixed(ref burst);
        }
        else
        {
            TransmitTo(burst.CommonEgress, burst.Packets);
        }
    }

    private void TransmitTo(int port, ReadOnlySpan<Packet> packets)
    {
        if (packets.IsEmpty)
        {
            return;
        }

        List<(int Index, PacketTraceEntry Entry)>? traced = _plan.Trace.IsActive ? LookAtSending(port, packets) : null;
        if ((uint)port >= (uint)_send.Length || _send[port].Queue is not { } queue)
        {
            _space.Drop(packets, DropReason.NoEgress);
            return;
        }

        if (Ledger.IsOn)
        {
            Ledger.Offered(packets, _portSteps[port]);
        }

        int sent = SendPatiently(queue, packets);
        _counters.Sent += sent;
        if (Ledger.IsOn)
        {
            Ledger.Refused(packets[sent..]);
        }

        if (traced != null)
        {
            TracedStages.RecordSent(traced, sent, _plan.Trace);
        }

        if (sent < packets.Length)
        {
            _space.Drop(packets[sent..], _send[port].FullReason);
        }
    }

    /// <summary>Offers packets again to a full queue as often as the options say. Now and then it lets others run: the one who empties the queue may wait for this core.</summary>
    private int SendPatiently(ITxQueue queue, ReadOnlySpan<Packet> packets)
    {
        int sent = queue.Send(packets);
        for (int retry = 1; sent < packets.Length && retry <= _plan.SendRetries && !_quit; retry++)
        {
            queue.Service();
            if (retry % RetriesBeforeYield == 0)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(1);
            }

            sent += queue.Send(packets[sent..]);
        }

        return sent;
    }

    private List<(int Index, PacketTraceEntry Entry)>? LookAtSending(int port, ReadOnlySpan<Packet> packets)
    {
        bool exists = (uint)port < (uint)_portSteps.Length;
        _space.Step = exists ? _portSteps[port] : _ownStep;
        return TracedStages.LookAtSending(packets, _plan.Trace, _space.Step, exists && _send[port].Queue is HandOffQueue);
    }

    /// <summary>Sends runs of packets with the same egress port, in the burst's order.</summary>
    private void TransmitMixed(ref Burst burst)
    {
        ReadOnlySpan<Packet> packets = burst.Packets;
        Span<short> egress = burst.Egress;
        Span<Packet> gathered = _space.Gathered;
        for (int i = 0; i < packets.Length; i++)
        {
            short port = egress[i];
            if (port == BurstSpace.Gone)
            {
                continue;
            }

            int count = 0;
            for (int j = i; j < packets.Length; j++)
            {
                if (egress[j] == port)
                {
                    gathered[count++] = packets[j];
                    egress[j] = BurstSpace.Gone;
                }
            }

            TransmitTo(port, gathered[..count]);
        }
    }

    private int SendHandedOver()
    {
        int total = 0;
        foreach ((HandOffQueue from, ITxQueue to) in _handOffs)
        {
            Span<Packet> packets = _space.Packets[.._plan.BurstSize];
            int count = from.Receive(packets);
            if (count > 0)
            {
                if (Ledger.IsOn)
                {
                    Ledger.EnterQueue("send for another worker");
                    Ledger.Received(packets[..count], "another worker");
                    Ledger.Offered(packets[..count], _ownStep);
                }

                List<(int Index, PacketTraceEntry Entry)>? traced = _plan.Trace.IsActive ? LookAtSending(Burst.NoPort, packets[..count]) : null;
                int sent = SendPatiently(to, packets[..count]);
                if (Ledger.IsOn)
                {
                    Ledger.Refused(packets[sent..count]);
                }

                if (traced != null)
                {
                    TracedStages.RecordSent(traced, sent, _plan.Trace);
                }

                if (sent < count)
                {
                    _space.Drop(packets[sent..count], DropReason.TxFull);
                }

                total += count;
                _counters.HandedOver += count;
            }
        }

        return total;
    }

    private bool ServiceQueues()
    {
        bool outstanding = false;
        foreach (TxBinding binding in _send)
        {
            outstanding |= binding.Queue?.Service() ?? false;
        }

        foreach (RxBinding binding in _receive)
        {
            outstanding |= binding.Queue.HoldsPackets;
        }

        return outstanding;
    }
}
