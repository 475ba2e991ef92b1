namespace PollMode;

/// <content>Growing and shrinking without a system call of the owner: what it exchanges with a <see cref="SlabSupplier"/>.</content>
public sealed unsafe partial class Mempool
{
    private readonly SlabSupplier? _supplier;
    private readonly int _slabMinimum;
    private readonly CalmWatch _calm;
    private Slab? _ready;
    private Slab? _surplus;
    private volatile bool _pressed;
    private long _heldBackSeen;
    private int _slabsHeld;
    private long _waived;

    /// <summary>
    /// Slabs that may go, as the supplier found; the owner counts those off that went. Neither waits for the other: if one overwrites what
    /// the other wrote, a slab goes a while sooner or later, and never one whose buffers are not home.
    /// </summary>
    private volatile int _unneeded;

    private bool _wentBack;

    /// <summary>
    /// Slabs that the arena gave the pool and did not get back: on its list, in a mailbox, or on the way between them, where neither shows
    /// it. Changes only where the arena gives or takes.
    /// </summary>
    internal int SlabsHeld => Volatile.Read(ref _slabsHeld);

    /// <summary>Whether the pool may grow and has no slab ready.</summary>
    internal bool WantsSlab => _state < (int)MempoolState.Draining && Volatile.Read(ref _ready) == null && SlabsHeld < _slabLimit;

    /// <summary>Whether the owner asked for a slab in vain since it was supplied last, or had a slab's worth to spare.</summary>
    internal bool WasHeldBack => Volatile.Read(ref _counters->HeldBack) != Volatile.Read(ref _heldBackSeen);

    /// <summary>
    /// Housekeeping between bursts: gathers what came home, and sets a slab free for which there was no need for a while, if it is wholly
    /// home. Owner only; the worker calls it every few thousand turns, and before it rests. No system call.
    /// </summary>
    public void Tidy()
    {
        if (Ledger.IsOn)
        {
            Ledger.Owning(this, _ownerThread, nameof(Tidy));
        }

        Harvest();
        LeaveDirect();
        int spare = _board.Count + _backup;
        if (_supplier == null || spare < Arena.BuffersPerSlab)
        {
            return;
        }

        // What it once asked for in vain, it would not ask for now.
        Volatile.Write(ref _heldBackSeen, _counters->HeldBack);

        // One whole slab's worth stays beside the one that goes: the hysteresis in space.
        if (_unneeded > 0 && spare >= 2 * Arena.BuffersPerSlab && _slabCount > _slabMinimum && Volatile.Read(ref _surplus) == null)
        {
            SetSlabFree();
        }
    }

    /// <summary>
    /// The supplier's look at what the pool has to spare. What the owner needs between two looks it may miss; but hardly each time, for as
    /// long as slabs must lie idle.
    /// </summary>
    /// <param name="now">Time of the supplier's clock.</param>
    /// <param name="pressed">Whether another pool waits for memory: then a slab that is too many goes at once.</param>
    internal void Look(TimeSpan now, bool pressed)
    {
        _pressed = pressed;
        int spare = _board.Count + Volatile.Read(ref _backup);
        if (_calm.Look(now, spare, Capacity - spare) is { } unneeded)
        {
            _unneeded = unneeded;
        }

        if (pressed)
        {
            _unneeded = Math.Max(0, (spare / Arena.BuffersPerSlab) - 1);
        }
    }

    /// <summary>Puts a slab into the mailbox: taken, touched, bound to its node, mapped for devices, cut.</summary>
    /// <returns>False if the arena gave none.</returns>
    internal bool Supply()
    {
        lock (_drainGate)
        {
            if (!WantsSlab || Arena.TryTakeSlab() is not { } slab)
            {
                return false;
            }

            Accept(slab);
            if (_wentBack)
            {
                _wentBack = false;
                _calm.Regret();
            }

            Volatile.Write(ref _heldBackSeen, Volatile.Read(ref _counters->HeldBack));
            Volatile.Write(ref _ready, slab);
            return true;
        }
    }

    /// <summary>Makes a slab from the arena the pool's.</summary>
    private void Accept(Slab slab)
    {
        Interlocked.Increment(ref _slabsHeld);
        slab.Cut(_id);

        // One at a time accepts: the supplier, or an owner without one.
        Volatile.Write(ref _waived, _waived + (slab.IsForeignNode ? 1 : 0));
    }

    /// <summary>Gives a slab that the owner set free back to the arena.</summary>
    internal void ReleaseSurplus()
    {
        // Given up for another pool's need it says nothing of this one's load.
        if (Release(ref _surplus) && !_pressed)
        {
            _wentBack = true;
        }
    }

    /// <summary>Takes the slab away that the pool has ready.</summary>
    internal bool ReleaseReady() => Release(ref _ready);

    private bool Release(ref Slab? mailbox)
    {
        lock (_drainGate)
        {
            if (Interlocked.Exchange(ref mailbox, null) is not { } slab)
            {
                return false;
            }

            Arena.ReleaseSlab(slab);
            Interlocked.Decrement(ref _slabsHeld);
            return true;
        }
    }

    /// <summary>The supplier's slab, or null: then the pool goes on with what it has.</summary>
    private Slab? TakeReadySlab()
    {
        if (_slabCount < _slabLimit && Interlocked.Exchange(ref _ready, null) is { } slab)
        {
            _unneeded = 0;
            Link(slab);
            return slab;
        }

        if (_slabCount < _slabLimit)
        {
            _counters->HeldBack++;
        }

        return null;
    }

    /// <summary>Takes a slab that is wholly home off the list.</summary>
    private void SetSlabFree()
    {
        for (Slab? slab = _firstSlab; slab != null; slab = slab.Next)
        {
            if (slab.Used == Arena.BuffersPerSlab && _board.CountOf(slab.Slot) == Arena.BuffersPerSlab)
            {
                Unlink(slab);

                // The pool's own next slab, if it has none ready; so a load that swings maps and unmaps nothing.
                if (_pressed || Interlocked.CompareExchange(ref _ready, slab, null) != null)
                {
                    Volatile.Write(ref _surplus, slab);
                }

                _unneeded--;
                _counters->SlabsSetFree++;
                return;
            }
        }
    }

    private void Link(Slab slab)
    {
        slab.Slot = Array.IndexOf(_slabs, null);
        slab.Used = Arena.BuffersPerSlab;
        _slabs[slab.Slot] = slab;
        _board.Attach(slab.Slot, slab.Metadata);
        slab.Previous = null;
        slab.Next = _firstSlab;
        if (_firstSlab != null)
        {
            _firstSlab.Previous = slab;
        }

        _firstSlab = slab;
        Volatile.Write(ref _slabCount, _slabCount + 1);
    }

    private void Unlink(Slab slab)
    {
        // Fewer slabs first, so that nobody sees buffers in flight that are not.
        Volatile.Write(ref _slabCount, _slabCount - 1);
        _board.Detach(slab.Slot);
        _slabs[slab.Slot] = null;
        if (slab.Previous != null)
        {
            slab.Previous.Next = slab.Next;
        }
        else
        {
            _firstSlab = slab.Next;
        }

        if (slab.Next != null)
        {
            slab.Next.Previous = slab.Previous;
        }

        slab.Previous = null;
        slab.Next = null;
    }
}
