namespace PollMode.Drivers.Memif.Tests;

/// <summary>Takes every place there is to watch over memory, and gives them back.</summary>
internal sealed class WatchHog : IDisposable
{
    private readonly List<int> _taken = [];

    public WatchHog()
    {
        // Bytes that nobody touches.
        for (int number; (number = VanishingMemory.TryAdd(4096, 1)) >= 0;)
        {
            _taken.Add(number);
        }
    }

    public int Count => _taken.Count;

    public void Dispose() => _taken.ForEach(VanishingMemory.Remove);
}
