namespace PollMode;

public sealed unsafe partial class Mempool
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(100);

    private readonly Lock _drainGate = new();
    private Timer? _retry;

    /// <summary>
    /// Ends the pool; its owner must have stopped. With every buffer home, its slabs go back at once. Otherwise the pool stays
    /// <see cref="MempoolState.Draining"/>: memory that somebody holds is never unmapped, and the last buffer's return frees the pool
    /// (looked for every 100 ms, as page_pool does every second).
    /// </summary>
    public void Dispose()
    {
        // Before the gate: a supplier that is at work holds its own and asks for this one.
        _supplier?.Leave(this);
        lock (_drainGate)
        {
            if (_state >= (int)MempoolState.Draining)
            {
                return;
            }

            _state = (int)MempoolState.Draining;
            UnbindOwner();
            ReleaseReady();
            ReleaseSurplus();
            if (!TryFinish())
            {
                _retry = new Timer(static pool => ((Mempool)pool!).TryFinish(), this, RetryEvery, RetryEvery);
            }
        }
    }

    /// <summary>Waits for buffers that are still out after <see cref="Dispose"/>.</summary>
    /// <returns>True if the pool is <see cref="MempoolState.Freed"/>.</returns>
    public bool WaitUntilFreed(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!TryFinish())
        {
            if (Environment.TickCount64 >= deadline)
            {
                return false;
            }

            Thread.Sleep(1);
        }

        return true;
    }

    /// <summary>Describes buffers that are out, for a leak report. The owner must have stopped.</summary>
    /// <param name="limit">Most descriptions to give.</param>
    public IReadOnlyList<string> DescribeInFlight(int limit)
    {
        lock (_drainGate)
        {
            var lines = new List<string>();
            if (_state == (int)MempoolState.Freed)
            {
                return lines;
            }

            Harvest();
            var cached = new HashSet<nint>();
            for (int i = 0; i < _hot.Cached; i++)
            {
                cached.Add((nint)_hot.Cache[i].Metadata);
            }

            for (Slab? slab = _firstSlab; slab != null && lines.Count < limit; slab = slab.Next)
            {
                for (int i = 0; i < slab.Used && lines.Count < limit; i++)
                {
                    PacketMetadata* buffer = slab.Metadata + i;
                    if (!_board.IsHome(slab.Slot, i) && !cached.Contains((nint)buffer))
                    {
                        lines.Add($"pool '{Name}', slab {slab.Index}, buffer {i}: {buffer->Length} bytes from port {buffer->Port}, {buffer->ReferenceCount} holder(s)" +
                            (Ledger.IsOn ? $"; {Ledger.HistoryOf(new Packet(buffer))}" : string.Empty));
                    }
                }
            }

            return lines;
        }
    }

    /// <summary>Sees whether free buffers were written to. For the ledger; the owner must have stopped.</summary>
    internal void CheckHome()
    {
        lock (_drainGate)
        {
            for (Slab? slab = _firstSlab; slab != null; slab = slab.Next)
            {
                Ledger.CheckHome(slab);
            }
        }
    }

    private bool TryFinish()
    {
        lock (_drainGate)
        {
            if (_state == (int)MempoolState.Freed)
            {
                return true;
            }

            if (_state != (int)MempoolState.Draining)
            {
                return false;
            }

            Harvest();
            if (_hot.Cached + _board.Count + _backup != Capacity)
            {
                return false;
            }

            _retry?.Dispose();
            _retry = null;
            GiveBackSlabs();
            _state = (int)MempoolState.Freed;
            Forget();
            return true;
        }
    }

    private void GiveBackSlabs()
    {
        // No slabs first, so that nobody sees buffers in flight that are not.
        Volatile.Write(ref _slabCount, 0);
        for (Slab? slab = _firstSlab; slab != null; slab = slab.Next)
        {
            _board.Detach(slab.Slot);
            Arena.ReleaseSlab(slab);
            Interlocked.Decrement(ref _slabsHeld);
        }

        _firstSlab = null;
        Filled(-_hot.Cached);
        _backup = 0;
    }

    /// <summary>Nothing refers to the pool's number any more. Its bitmaps and counters stay readable until it is collected.</summary>
    private void Forget() => PoolTable.Remove(_id);
}
