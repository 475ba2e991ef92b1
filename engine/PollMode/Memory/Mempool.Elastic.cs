namespace PollMode;

/// <content>Growing and shrinking without a system call of the owner: what it exchanges with a <see cref="SlabSupplier"/>.</content>
public sealed unsafe partial class Mempool
{
    /// <summary>Times in a row that <see cref="Tidy"/> must find a slab too many before it goes: the hysteresis in time, at first.</summary>
    private const int LeastCalm = 16;

    /// <summary>
    /// And at most. Each slab that is taken after one was set free doubles the time: a load that swings faster than this stops to map
    /// and unmap after a few swings, and a slower one maps a slab in so many tidies at most.
    /// </summary>
    private const int MostCalm = 4096;

    private readonly SlabSupplier? _supplier;
    private readonly int _slabMinimum;
    private Slab? _ready;
    private Slab? _surplus;
    private volatile bool _pressed;
    private long _heldBackSeen;
    private int _slabsHeld;
    private int _calm;
    private int _calmWanted = LeastCalm;
    private int _setFree;

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
    /// home. Owner only; the worker calls it every few thousand turns. No system call.
    /// </summary>
    public void Tidy()
    {
        if (Ledger.IsOn)
        {
            Ledger.Owning(this, _ownerThread, nameof(Tidy));
        }

        Harvest();
        if (_supplier != null && _board.Count + _backup >= Arena.BuffersPerSlab)
        {
            // What it once asked for in vain, it would not ask for now.
            Volatile.Write(ref _heldBackSeen, _counters->HeldBack);
        }

        if (_supplier == null || _slabCount <= _slabMinimum || Volatile.Read(ref _surplus) != null)
        {
            return;
        }

        // One whole slab's worth stays beside the one that goes: the hysteresis in space.
        if (_board.Count + _backup < 2 * Arena.BuffersPerSlab)
        {
            _calm = 0;
            return;
        }

        if (++_calm < _calmWanted && !_pressed)
        {
            return;
        }

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

                _counters->SlabsSetFree++;
                _setFree++;
                _calm = 0;
                return;
            }
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

            Interlocked.Increment(ref _slabsHeld);
            slab.Cut(_id);
            Volatile.Write(ref _heldBackSeen, Volatile.Read(ref _counters->HeldBack));
            Volatile.Write(ref _ready, slab);
            return true;
        }
    }

    /// <summary>Gives a slab that the owner set free back to the arena.</summary>
    internal void ReleaseSurplus() => Release(ref _surplus);

    /// <summary>Takes the slab away that the pool has ready.</summary>
    internal bool ReleaseReady() => Release(ref _ready);

    /// <summary>Whether another pool waits for memory.</summary>
    internal void SetPressed(bool pressed) => _pressed = pressed;

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
            if (_setFree > 0)
            {
                // One that went would be of use now.
                _setFree--;
                _calmWanted = Math.Min(2 * _calmWanted, MostCalm);
            }

            Link(slab);
            return slab;
        }

        if (_slabCount < _slabLimit)
        {
            _counters->HeldBack++;
        }

        return null;
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
