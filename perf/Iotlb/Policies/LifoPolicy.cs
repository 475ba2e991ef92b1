namespace PollMode.Iotlb.Policies;

/// <summary>One stack: what came back last goes out first.</summary>
internal sealed class LifoPolicy : IPagePolicy
{
    private readonly int[] _stack;
    private int _count;

    internal LifoPolicy(int pages)
    {
        _stack = [.. Enumerable.Range(0, pages).Reverse()];
        _count = pages;
    }

    public int Take() => _count == 0 ? -1 : _stack[--_count];

    public void Give(ReadOnlySpan<int> pages, bool owner)
    {
        pages.CopyTo(_stack.AsSpan(_count));
        _count += pages.Length;
    }
}
