namespace PollMode.Iotlb.Policies;

/// <summary>
/// The prototype of the HPA paper with a fixed pool: a cache (LIFO, recycles up to 128) before a ring (FIFO) that refills it 64 at a time.
/// All pages start in the ring, slab after slab.
/// </summary>
internal sealed class FifoPolicy : IPagePolicy
{
    private readonly int[] _ring;
    private readonly int[] _cache = new int[128];
    private int _count;
    private int _head;
    private int _inRing;

    internal FifoPolicy(int pages)
    {
        _ring = [.. Enumerable.Range(0, pages)];
        _inRing = pages;
    }

    public int Take()
    {
        if (_count == 0)
        {
            while (_count < 64 && _inRing > 0)
            {
                _cache[_count++] = _ring[_head];
                _head = _head + 1 == _ring.Length ? 0 : _head + 1;
                _inRing--;
            }
        }

        return _count == 0 ? -1 : _cache[--_count];
    }

    public void Give(ReadOnlySpan<int> pages, bool owner)
    {
        foreach (int page in pages)
        {
            if (owner && _count < _cache.Length)
            {
                _cache[_count++] = page;
                continue;
            }

            int slot = _head + _inRing++;
            _ring[slot >= _ring.Length ? slot - _ring.Length : slot] = page;
        }
    }
}
