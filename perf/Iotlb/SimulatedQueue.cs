namespace PollMode.Iotlb;

/// <summary>One RX queue: what it posted, what its connections still hold, and when that comes back. Its clock counts its frames.</summary>
internal sealed class SimulatedQueue
{
    private readonly Scenario _scenario;
    private readonly IPagePolicy _policy;
    private readonly Random _random;
    private readonly int[] _posted;
    private readonly int[] _history;
    private readonly byte[] _halvesOut;
    private readonly long[] _blockedUntil;
    private readonly PriorityQueue<(long Start, int Count), long> _held = new();
    private readonly int[] _burst = new int[64];
    private int _inBurst;
    private int _head;
    private int _filled;
    private long _recorded;

    internal SimulatedQueue(Scenario scenario, IPagePolicy policy, int seed)
    {
        _scenario = scenario;
        _policy = policy;
        _random = new Random(seed);
        int pages = scenario.Slabs * Scenario.PagesPerSlab;
        _posted = new int[scenario.Descriptors];
        _history = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(pages * 8))];
        _halvesOut = new byte[pages];
        _blockedUntil = new long[scenario.ConnectionsPerQueue];
        Post();
    }

    /// <summary>Frames that came so far.</summary>
    internal long Clock { get; private set; }

    /// <summary>Frames that found nothing posted.</summary>
    internal long Starved { get; private set; }

    /// <summary>A frame arrives.</summary>
    /// <returns>The page that the device writes, or -1.</returns>
    internal int Receive()
    {
        Clock++;
        if (_filled == 0)
        {
            Starved++;
            return -1;
        }

        int page = _posted[_head];
        _head = _head + 1 == _posted.Length ? 0 : _head + 1;
        _filled--;
        _history[_recorded++ & (_history.Length - 1)] = page;
        return page;
    }

    /// <summary>A train is through: its frames wait for their reader; what is due comes back; the ring is filled up.</summary>
    internal void EndTrain(int frames)
    {
        int connection = _random.Next(_blockedUntil.Length);
        if (_random.NextDouble() < _scenario.Loss)
        {
            _blockedUntil[connection] = Clock + (long)(_scenario.LateFrames * (0.5 + _random.NextDouble()));
        }

        if (frames > 0)
        {
            // Frames of a connection are read in order: what comes behind a gap waits with it.
            long due = Math.Max(Clock + 64 + _random.Next(128), _blockedUntil[connection]);
            _held.Enqueue((_recorded - frames, frames), due);
        }

        while (_held.TryPeek(out (long Start, int Count) train, out long due) && due <= Clock)
        {
            _held.Dequeue();
            for (long i = train.Start; i < train.Start + train.Count; i++)
            {
                int page = _history[i & (_history.Length - 1)];
                if (--_halvesOut[page] == 0)
                {
                    _burst[_inBurst++] = page;
                    if (_inBurst == _burst.Length)
                    {
                        Give();
                    }
                }
            }
        }

        Give();

        if (_posted.Length - _filled >= 64)
        {
            Post();
        }
    }

    private void Give()
    {
        _policy.Give(_burst.AsSpan(0, _inBurst), _scenario.OwnerReturns);
        _inBurst = 0;
    }

    private void Post()
    {
        while (_filled + 2 <= _posted.Length)
        {
            int page = _policy.Take();
            if (page < 0)
            {
                return;
            }

            _halvesOut[page] = 2;
            for (int half = 0; half < 2; half++)
            {
                int slot = _head + _filled++;
                _posted[slot >= _posted.Length ? slot - _posted.Length : slot] = page;
            }
        }
    }
}
