namespace PollMode.Isolation;

/// <summary>The app's way to a data plane, wherever that is.</summary>
internal interface IBorder : IDisposable
{
    /// <summary>Completes with a fault when the other side has gone by itself, so that nothing can be asked any more.</summary>
    Task Lost { get; }

    /// <summary>Asks something, and waits for the reply. From any thread.</summary>
    /// <exception cref="PollModeException">The data plane refused or failed; the message is its own.</exception>
    /// <exception cref="InvalidOperationException">It was asked at the wrong time.</exception>
    byte[] Ask(BorderVerb verb, long session, ReadOnlySpan<byte> request);
}
