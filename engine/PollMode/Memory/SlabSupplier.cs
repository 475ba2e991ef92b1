namespace PollMode;

/// <summary>
/// Keeps every pool that it serves one slab ahead, and takes back the slabs that a pool no longer needs: on a thread of its own, so that
/// no poll thread ever makes a system call for memory. Its pools share one budget.
/// </summary>
/// <remarks>
/// A pool and its supplier exchange slabs through two mailboxes of one slab each (<see cref="Interlocked.Exchange{T}(ref T, T)"/>), and
/// the supplier looks into them every period: a wake-up would be a system call of the poll thread. A pool that finds no slab ready goes on
/// with what it has and counts it (<see cref="MempoolStatistics.HeldBack"/>).
/// When the budget is spent, the slab that another pool has ready but does not use goes to the pool that was held back.
/// </remarks>
public sealed class SlabSupplier : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(1);
    private const int SoonMicroseconds = 50;
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<Mempool> _pools = [];
    private readonly Dictionary<Mempool, TimeSpan> _retryAt = [];
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread? _thread;
    private readonly long _budgetSlabs;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private int _disposed;

    /// <summary>Starts the thread.</summary>
    /// <param name="budgetBytes">Most bytes of slabs for all pools together, what they start with included; zero for no limit but their own.</param>
    public SlabSupplier(long budgetBytes = 0)
        : this(budgetBytes, startThread: true)
    {
    }

    internal SlabSupplier(long budgetBytes, bool startThread, TimeProvider? clock = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(budgetBytes);
        _budgetSlabs = budgetBytes == 0 ? long.MaxValue : budgetBytes / Arena.SlabBytes;
        _clock = clock ?? TimeProvider.System;
        _start = _clock.GetTimestamp();
        if (startThread)
        {
            _thread = new Thread(Run) { Name = "pollmode-slabs", IsBackground = true };
            _thread.Start();
        }
    }

    /// <summary>Why a pool could not be given a slab; null when none was refused one, or each has got one since. It stays as large as it is, and is tried again each second.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Ends the thread. The pools keep what they have and grow no more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _stop.Set();
            _thread?.Join();
            _stop.Dispose();
        }
    }

    internal void Serve(Mempool pool)
    {
        lock (_gate)
        {
            _pools.Add(pool);
            SupplyAll();
        }
    }

    internal void Leave(Mempool pool)
    {
        lock (_gate)
        {
            _pools.Remove(pool);
            if (_retryAt.Remove(pool) && _retryAt.Count == 0)
            {
                Fault = null;
            }
        }
    }

    /// <summary>One look into all mailboxes.</summary>
    /// <returns>Whether a pool got a slab.</returns>
    internal bool SupplyAll()
    {
        lock (_gate)
        {
            TimeSpan now = _clock.GetElapsedTime(_start);
            long used = 0;
            foreach (Mempool pool in _pools)
            {
                pool.ReleaseSurplus();
                used += pool.SlabsHeld;
            }

            bool supplied = false;
            foreach (Mempool pool in _pools)
            {
                bool wants = pool.WantsSlab;
                if (wants && used >= _budgetSlabs && pool.WasHeldBack && TakeFromAnother(pool))
                {
                    used--;
                }

                if (wants && used < _budgetSlabs && TrySupply(pool, now))
                {
                    supplied = true;
                    used++;
                }
            }

            LookAtCalm(now, budgetSpent: used >= _budgetSlabs);
            return supplied;
        }
    }

    /// <summary>One turn. Who took one slab may want the next before a period is over: as long as slabs are wanted, they come as fast as they can be had.</summary>
    /// <param name="pause">What is done between two looks.</param>
    internal void SupplyWhileTaken(Action pause)
    {
        while (SupplyAll() && !_stop.IsSet)
        {
            pause();
        }
    }

    /// <summary>
    /// Sees what each pool does not need, and tells it whether another one waits for that. Its own need does not count: it would give slabs back, out of
    /// the calm, only to be supplied with new ones.
    /// </summary>
    private void LookAtCalm(TimeSpan now, bool budgetSpent)
    {
        int needy = 0;
        foreach (Mempool pool in _pools)
        {
            needy += IsNeedy(pool) ? 1 : 0;
        }

        foreach (Mempool pool in _pools)
        {
            pool.Look(now, pressed: budgetSpent && needy > (IsNeedy(pool) ? 1 : 0));
        }
    }

    private static bool IsNeedy(Mempool pool) => pool.WasHeldBack && pool.WantsSlab;

    private bool TakeFromAnother(Mempool needy)
    {
        foreach (Mempool pool in _pools)
        {
            if (pool != needy && !pool.WasHeldBack && pool.ReleaseReady())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Supplies a pool, unless it has failed a moment ago. A fault is one pool's: the others are served all the same.</summary>
    private bool TrySupply(Mempool pool, TimeSpan now)
    {
        if (_retryAt.TryGetValue(pool, out TimeSpan at) && now < at)
        {
            return false;
        }

        try
        {
            bool supplied = pool.Supply();
            if (_retryAt.Remove(pool) && _retryAt.Count == 0)
            {
                Fault = null;
            }

            return supplied;
        }
#pragma warning disable CA1031 // A background thread is where its faults end: it is kept for whoever asks, and tried again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Keep(fault);
            _retryAt[pool] = now + RetryEvery;
            return false;
        }
    }

    private void Run()
    {
        TimeSpan wait = Period;
        while (!_stop.Wait(wait))
        {
            wait = Period;
            try
            {
                SupplyWhileTaken(static () => Linux.Sleeper.Sleep(SoonMicroseconds));
            }
#pragma warning disable CA1031 // The same for slabs that could not be given back.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Keep(fault);
                wait = RetryEvery;
            }
        }
    }

    private void Keep(Exception fault)
    {
        // The same refusal again is no news.
        if (Fault?.Message != fault.Message)
        {
            Fault = fault;
        }
    }
}
