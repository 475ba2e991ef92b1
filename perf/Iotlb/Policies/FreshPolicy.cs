namespace PollMode.Iotlb.Policies;

/// <summary>Pages in the order of their slabs, never one that came back before all others went out: memory without end.</summary>
internal sealed class FreshPolicy : IPagePolicy
{
    private readonly int _pages;
    private int _next;

    internal FreshPolicy(int pages) => _pages = pages;

    public int Take()
    {
        int page = _next;
        _next = _next + 1 == _pages ? 0 : _next + 1;
        return page;
    }

    public void Give(ReadOnlySpan<int> pages, bool owner)
    {
        // What comes back is somebody else's now.
    }
}
