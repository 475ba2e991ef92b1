namespace PollMode.Pool;

/// <summary>Where buffers come home to from other threads, and where their owner takes them from again.</summary>
internal interface IHome : IDisposable
{
    string Name { get; }

    /// <summary>The owner's side.</summary>
    /// <returns>How many it got.</returns>
    int Take(Span<Packet> packets);

    /// <summary>From any thread.</summary>
    void Return(ReadOnlySpan<Packet> packets);
}
