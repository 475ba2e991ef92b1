namespace PollMode.Iotlb;

/// <summary>Which page of its pool a queue posts next: all that decides how many mappings the device has to look up.</summary>
internal interface IPagePolicy : IDisposable
{
    /// <summary>Gives a free page, or -1.</summary>
    int Take();

    /// <summary>Takes pages back, a burst of up to 64.</summary>
    /// <param name="pages">Free again.</param>
    /// <param name="owner">Whether the queue's own thread returns them, which may use the cache; other threads may not.</param>
    void Give(ReadOnlySpan<int> pages, bool owner);

    void IDisposable.Dispose()
    {
    }
}
