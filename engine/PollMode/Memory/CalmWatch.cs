namespace PollMode;

/// <summary>
/// How many slabs of a pool have not been needed for a while, by the clock of its supplier, whose alone it is: the hysteresis in time. It does
/// not matter how often the pool's owner turns.
/// </summary>
internal sealed class CalmWatch(int buffersPerSlab)
{
    /// <summary>How long a slab must lie idle before it goes, at first.</summary>
    internal static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// And at most. Each slab that is mapped after one was unmapped doubles the time: a load that swings faster than this stops to map and
    /// unmap after a few swings, and a slower one does so once in so long at most. A demand that stays as it is for so long begins anew.
    /// </summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private TimeSpan? _since;
    private TimeSpan _evenSince;
    private int _demand;
    private int _leastSpare;

    /// <summary>How long a slab must lie idle now.</summary>
    internal TimeSpan Wanted { get; private set; } = Shortest;

    /// <summary>A slab was unmapped, and one was mapped again: the first would be of use.</summary>
    internal void Regret() => Wanted = Wanted * 2 < Longest ? Wanted * 2 : Longest;

    /// <summary>One look at a pool.</summary>
    /// <param name="now">Time of the supplier's clock.</param>
    /// <param name="spare">Buffers that the pool has at home or in its backup.</param>
    /// <param name="demand">Buffers that it has not.</param>
    /// <returns>Slabs that were too many all the time, one slab's worth of spare buffers aside; null before the time is over.</returns>
    internal int? Look(TimeSpan now, int spare, int demand)
    {
        if (Math.Abs(demand - _demand) >= buffersPerSlab)
        {
            _demand = demand;
            _evenSince = now;
        }
        else if (now - _evenSince >= Longest)
        {
            Wanted = Shortest;
        }

        if (_since is null || spare < 2 * buffersPerSlab)
        {
            Begin(now);
            return 0;
        }

        _leastSpare = Math.Min(_leastSpare, spare);
        if (now - _since < Wanted)
        {
            return null;
        }

        int unneeded = Math.Max(0, (_leastSpare / buffersPerSlab) - 1);
        Begin(now);
        return unneeded;
    }

    private void Begin(TimeSpan now)
    {
        _since = now;
        _leastSpare = int.MaxValue;
    }
}
