using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// The pinned thread of one or more receive queues: receive a burst, run the stages over it, send what has an egress port, free and count
/// the rest, idle if empty. Owns its mempool, its transmit queues and its counters.
/// </summary>
internal sealed unsafe partial class Worker : IDisposable
{
    private const int RetriesBeforeYield = 64;

    /// <summary>Turns between two tidyings of the pool.</summary>
    private const long TidyPeriod = 4096;

    /// <summary>
    /// Turns with full bursts that begin without a call: fewer than the thousand rounds after which the runtime replaces a loop from within, with what it knows by
    /// then. With bursts that are mostly empty there are more of them.
    /// </summary>
    private const int TurnsAtOnce = 256;

    private readonly WorkerPlan _plan;
    private readonly Mempool _pool;
    private readonly IStage[] _stages;
    private readonly StageLink? _firstStage;
    private readonly RxBinding[] _receive;
    private readonly RxBinding? _firstReceive;
    private readonly TxBinding[] _send;
    private readonly (HandOffQueue From, ITxQueue To)[] _handOffs;
    private readonly ITxQueue?[] _queues;
    private readonly BurstSpace _space;
    private readonly Packet* _packets;
    private readonly int _burstSize;
    private readonly PacketTrace _trace;
    private readonly StallRecorder _stalls;
    private readonly bool _idleRests;
    private readonly BurstChanges _changesToExpect;
    private readonly bool _hasHandOffs;
    private readonly int _unitsAtOnce;
    private readonly int[] _descriptors;
    private readonly string[] _portSteps;
    private readonly string _ownStep;
    private readonly Thread _thread;
    private WorkerCounters _counters;
    private volatile int _state;
    private volatile bool _draining;
    private volatile bool _quit;
    private volatile bool _told;
    private volatile bool _quiet;
    private long _emptyTurns;
    private long _nextTidy = TidyPeriod;
    private bool _started;
    private RxBinding? _resumeAfter;
    private long _workBefore;

    internal Worker(WorkerPlan plan)
    {
        _plan = plan;
        _pool = plan.Pool;
        _stages = [.. plan.Stages];
        _firstStage = StageLink.Chain(_stages);
        _receive = [.. plan.Receive];
        RxBinding.Chain(_receive);
        _firstReceive = _receive.FirstOrDefault();
        _send = [.. plan.Send];
        _queues = [.. plan.Send.Select(binding => binding.Queue)];
        _handOffs = [.. plan.HandOffs];
        _space = new BurstSpace(plan.Pool, plan.BurstSize, plan.Trace);
        _packets = _space.First;
        _burstSize = plan.BurstSize;
        _unitsAtOnce = TurnsAtOnce * StallRecorder.UnitsOf(plan.BurstSize);
        _trace = plan.Trace;
        _stalls = new StallRecorder(plan.StallThreshold, plan.Stages.Count > 0);
        _idleRests = plan.Idle.Rests;
        _hasHandOffs = plan.HandOffs.Count > 0;
        _changesToExpect = BurstChanges.Underway | (plan.Stages.All(stage => stage.KeepsLengths) ? BurstChanges.None : BurstChanges.Resized);
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

    internal ref WorkerCounters Counters => ref _counters;

    /// <summary>Packets that its queues have given it: their count, and no second one that each burst would have to add to. From any thread.</summary>
    internal long Received
    {
        get
        {
            long received = 0;
            foreach (RxBinding binding in _receive)
            {
                received += Volatile.Read(ref binding.Counters.Packets);
            }

            return received;
        }
    }

    internal StallRecorder Stalls => _stalls;

    internal ReadOnlySpan<RxBinding> Receive => _receive;

    /// <summary>True when the worker was told to drain, has seen that, and has nothing left to send.</summary>
    internal bool IsQuiet => _quiet && _state == (int)WorkerState.Draining;

    /// <summary>True when its last turn brought nothing and its queues had nothing left to send.</summary>
    internal bool HasTurnedEmpty => _quiet;

    internal bool HasEnded => _state >= (int)WorkerState.Stopped;

    public void Dispose() => _space.Dispose();

    /// <summary>One turn: every queue's burst, and what others hand over.</summary>
    /// <param name="burst">Begins anew for each queue.</param>
    /// <param name="first">The queue to begin with: the first, or the one behind that whose burst made a stage throw.</param>
    /// <param name="isPlain">
    /// That nobody follows packets or wants the time of stages, no buffer is written down, and the worker was not told to drain. A constant where it is called,
    /// so that a plain turn does not ask.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int RunOnce(ref Burst burst, RxBinding first, bool isPlain)
    {
        int total = 0;
        RxBinding? binding = first;
        do
        {
            total += RunQueue(ref burst, binding, isPlain);
            binding = binding.Next;
        }
        while (binding != null);

        return _hasHandOffs ? total + SendHandedOver() : total;
    }

    /// <summary>The whole engine: receive a burst, process it, send it, free the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int RunQueue(ref Burst burst, RxBinding binding, bool isPlain)
    {
        if (Ledger.IsOn)
        {
            Ledger.EnterQueue("receive");
        }

        if (!isPlain && _draining && binding.Queue.Life == RxQueueLife.Live)
        {
            // It is not asked any more, which would give them back.
            binding.Queue.ReturnPlaces();
            return 0;
        }

        Span<Packet> packets = binding.Queue.ReceiveInPlace(MemoryMarshal.CreateSpan(ref *_packets, _burstSize));
        int count = packets.Length;
        if (Ledger.IsOn)
        {
            Ledger.Counted(packets, binding, _portSteps[binding.Port]);
            Ledger.Received(packets, _portSteps[binding.Port]);
        }

        if (count <= 0)
        {
            return 0;
        }

        long received = binding.Counters.Bytes;
        long bytes = received - binding.BytesBefore;
        binding.BytesBefore = received;
        _counters.Bursts++;
        if (_firstStage is { } first)
        {
            burst.Begin(packets, binding, _changesToExpect);
            if (isPlain)
            {
                Process(ref burst, first);
            }
            else
            {
                ProcessWatched(ref burst, first);
            }

            if (!burst.End() || !isPlain)
            {
                TransmitChanged(ref burst, binding, bytes);
                return count;
            }
        }
        else if (!isPlain)
        {
            TransmitAsReceivedBy(binding.Egress, binding, packets, bytes);
            return count;
        }

        TransmitAsReceived(binding, packets, bytes);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Process(ref Burst burst, StageLink first)
    {
        StageLink? link = first;
        do
        {
            long before = Ledger.IsOn ? Ledger.EnterStage(link.Stage.Name, burst.Packets) : 0;
            link.Stage.Process(ref burst);
            if (Ledger.IsOn)
            {
                Ledger.LeaveStage(link.Stage, in burst, before);
            }

            burst.Settle();
            link = link.Next;
        }
        while (link != null);
    }

    /// <summary>The same in a turn that is made alone: somebody may follow packets, or want to know how long the stages take.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ProcessWatched(ref Burst burst, StageLink first)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            if (_trace.IsActive)
            {
                TracedStages.Process(_stages, ref burst, _trace);
            }
            else
            {
                Process(ref burst, first);
            }
        }
        finally
        {
            _stalls.AddStageTime(Stopwatch.GetTimestamp() - start);
        }
    }

    /// <summary>Sends a burst that the stages have changed, and any while the worker is watched.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TransmitChanged(ref Burst burst, RxBinding binding, long bytes)
    {
        if (burst.IsMixed)
        {
            // It goes part after part, and places can only be given back as a whole: now, lest a queue lacks the room.
            burst.MoveHome();
            ReturnPlaces();
            TransmitMixed(ref burst);
        }
        else if (burst.IsAsReceived)
        {
            TransmitAsReceivedBy(burst.CommonEgress, binding, burst.Packets, bytes);
        }
        else if (burst.Count > 0)
        {
            TransmitTo(burst.CommonEgress, burst.Packets);
        }
    }
}
