namespace PollMode.Tests;

/// <summary>A device's map that hangs in the middle of mapping, as a busy system may.</summary>
internal sealed class StuckDmaMap : IDmaMap
{
    private readonly ManualResetEventSlim _free = new(initialState: true);
    private readonly ManualResetEventSlim _stuck = new();

    public void Map(long offset, nint address, long bytes)
    {
        if (!_free.IsSet)
        {
            _stuck.Set();
            _free.Wait();
        }
    }

    public void Unmap(long offset, long bytes)
    {
    }

    /// <summary>By the arena, or by a test that failed before it came to that.</summary>
    public void Dispose() => _free.Set();

    internal void Stick() => _free.Reset();

    internal void Release() => _free.Set();

    internal bool WaitUntilStuck(TimeSpan timeout) => _stuck.Wait(timeout);
}
