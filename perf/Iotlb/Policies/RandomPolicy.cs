namespace PollMode.Iotlb.Policies;

/// <summary>Any free page: where shuffling ends.</summary>
internal sealed class RandomPolicy : IPagePolicy
{
    private readonly int[] _free;
    private readonly Random _random;
    private int _count;

    internal RandomPolicy(int pages, int seed)
    {
        _free = [.. Enumerable.Range(0, pages)];
        _count = pages;
        _random = new Random(seed);
    }

    public int Take()
    {
        if (_count == 0)
        {
            return -1;
        }

        int at = _random.Next(_count);
        int page = _free[at];
        _free[at] = _free[--_count];
        return page;
    }

    public void Give(ReadOnlySpan<int> pages, bool owner)
    {
        pages.CopyTo(_free.AsSpan(_count));
        _count += pages.Length;
    }
}
