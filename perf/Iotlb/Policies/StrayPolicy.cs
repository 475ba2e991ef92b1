using System.Numerics;

namespace PollMode.Iotlb.Policies;

/// <summary>
/// What PollMode's pool would be if its cache took whatever the owner returns, and not only what is of the slab rented from just now:
/// shows what that rule is for. Else the same: what the cache does not take goes home to its slab's bitmap, and the cache is refilled by a
/// run of up to 64 pages of one slab: the current one as long as it has such a run, then the one used last that has, then the fullest.
/// </summary>
internal sealed class StrayPolicy : IPagePolicy
{
    internal const int Run = 64;

    private readonly int[] _cache;
    private readonly ulong[] _free;
    private readonly int[] _home;
    private readonly long[] _used;
    private readonly int _wordsPerSlab;
    private readonly int _pagesPerSlab;
    private readonly int _recycle;
    private int _count;
    private int _current;
    private long _clock;

    /// <param name="slabs">Slabs of the pool.</param>
    /// <param name="pagesPerSlab">A multiple of 64.</param>
    /// <param name="recycle">Pages that the owner's returns may pile up in the cache.</param>
    internal StrayPolicy(int slabs, int pagesPerSlab, int recycle)
    {
        _pagesPerSlab = pagesPerSlab;
        _wordsPerSlab = pagesPerSlab / 64;
        _free = new ulong[slabs * _wordsPerSlab];
        Array.Fill(_free, ulong.MaxValue);
        _home = new int[slabs];
        Array.Fill(_home, pagesPerSlab);
        _used = new long[slabs];
        _cache = new int[Math.Max(recycle, Run)];
        _recycle = recycle;
    }

    public int Take()
    {
        if (_count == 0)
        {
            Refill();
        }

        return _count == 0 ? -1 : _cache[--_count];
    }

    public void Give(ReadOnlySpan<int> pages, bool owner)
    {
        int taken = 0;
        if (owner)
        {
            taken = Math.Min(pages.Length, _recycle - _count);
            pages[..taken].CopyTo(_cache.AsSpan(_count));
            _count += taken;
        }

        foreach (int page in pages[taken..])
        {
            _free[page >> 6] |= 1UL << page;
            _home[page / _pagesPerSlab]++;
        }
    }

    private void Refill()
    {
        if (_home[_current] < Run)
        {
            int best = -1;
            for (int slab = 0; slab < _home.Length; slab++)
            {
                if (_home[slab] >= Run && (best < 0 || _used[slab] > _used[best]))
                {
                    best = slab;
                }
            }

            if (best < 0)
            {
                best = Array.IndexOf(_home, _home.Max());
            }

            _current = best;
        }

        _used[_current] = ++_clock;
        int first = _current * _wordsPerSlab;
        for (int word = first; word < first + _wordsPerSlab && _count < Run; word++)
        {
            while (_free[word] != 0 && _count < Run)
            {
                int bit = BitOperations.TrailingZeroCount(_free[word]);
                _free[word] &= _free[word] - 1;
                _home[_current]--;
                _cache[_count++] = (word << 6) + bit;
            }
        }
    }
}
