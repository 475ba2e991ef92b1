using System.Runtime.CompilerServices;

namespace PollMode;

/// <content>What a worker's thread does between bursts: turn after turn, what an empty one leaves time for, and what a stage throws.</content>
internal sealed unsafe partial class Worker
{
    /// <summary>Turns made and packets had, which is what the stall recorder measures time by.</summary>
    private long Work => _counters.Turns + Received + _counters.HandedOver;

    /// <summary>
    /// What is due between turns, then turns until one brings nothing, or a few hundred have been made. A method of its own, so that it is compiled anew while
    /// the worker runs; of several turns, so that a turn begins neither with a call nor with a burst to be made.
    /// </summary>
    /// <remarks>
    /// The burst is a local of the very method that loops, and so is the handler for what stages throw: the processor knows again what was just stored on the
    /// stack, and no turn pays for the handler (measured: both in a method for each burst, or the burst given by reference, are slower at bursts of one).
    /// What a turn need not ask is asked here: a worker that was told something makes turns one by one, elsewhere; and one that comes from an empty turn makes one
    /// and looks up.
    /// </remarks>
    private void Turns()
    {
        if (_counters.Turns >= _nextTidy)
        {
            _nextTidy = _counters.Turns + TidyPeriod;
            _pool.Tidy();
        }

        _workBefore = Work;
        bool watched = _stalls.TimesStages || IsFollowed;
        if (watched || _told || _resumeAfter != null || _firstReceive is not { } first)
        {
            OneTurn();
            return;
        }

        int given = _emptyTurns > 0 ? 1 : Math.Min(_stalls.UnitsLeft, _unitsAtOnce);
        int left = given;
        int count;
        var burst = new Burst(_space);
        try
        {
            do
            {
                _counters.Turns++;
                count = RunOnce(ref burst, first, isPlain: true);
                left -= StallRecorder.UnitsOf(count);
            }
            while (count > 0 && left > 0 && !_told);
        }
#pragma warning disable CA1031 // Whatever a stage throws costs its burst, not the process.
        catch (Exception fault) when (burst.IsAtStages && IsIsolated(fault))
#pragma warning restore CA1031
        {
            Isolate(ref burst, fault);
            return;
        }

        EndTurns(given - left, count);
    }

    /// <summary>
    /// A turn of a worker that is watched, was told something or has no queues of its own; or what is left of one in which a stage threw: further queues, and
    /// what others hand over, so that nobody waits for a better stage.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OneTurn()
    {
        RxBinding? first = _firstReceive;
        bool isRest = _resumeAfter != null;
        if (isRest)
        {
            first = _resumeAfter!.Next;
            _resumeAfter = null;
        }
        else
        {
            _counters.Turns++;
        }

        var burst = new Burst(_space);
        int count;
        try
        {
            count = first == null ? SendHandedOver() : RunOnce(ref burst, first, isPlain: false);
        }
#pragma warning disable CA1031 // Whatever a stage throws costs its burst, not the process.
        catch (Exception fault) when (burst.IsAtStages && IsIsolated(fault))
#pragma warning restore CA1031
        {
            Isolate(ref burst, fault);
            return;
        }

        if (isRest)
        {
            _stalls.Turned(count);
        }
        else
        {
            EndTurns(StallRecorder.UnitsOf(count), count);
        }
    }

    /// <summary>After turns of which the last had so many packets.</summary>
    private void EndTurns(int units, int count)
    {
        _stalls.Turned(units);
        if (count == 0)
        {
            EmptyTurn();
        }
        else if (_emptyTurns > 0)
        {
            _emptyTurns = 0;
            _quiet = false;
        }
    }

    /// <summary>What an empty turn leaves time for.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EmptyTurn()
    {
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
            // Turns are rare now, and what is not needed shall go all the same.
            _pool.Tidy();
            _stalls.Look();
            _plan.Idle.Idle(_emptyTurns, _descriptors);
            _stalls.Resume();
        }
        else
        {
            _plan.Idle.Idle(_emptyTurns, _descriptors);
        }
    }

    /// <summary>Whether what a stage threw costs its burst and no more: all but what the ledger found out about it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsIsolated(Exception fault) => !Ledger.IsOn || fault is not LedgerException;

    /// <summary>Drops the burst in which a stage threw; the turn goes on behind the queue that gave it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Isolate(ref Burst burst, Exception fault)
    {
        _resumeAfter = burst.Binding;
        _emptyTurns = 0;
        _quiet = false;
        _stalls.Turned((int)(Work - _workBefore));
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
