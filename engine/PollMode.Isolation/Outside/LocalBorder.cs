namespace PollMode.Isolation;

/// <summary>No border at all: the data plane lives in the app's own runtime, and its exceptions are the app's.</summary>
internal sealed class LocalBorder(DataPlaneServer server) : IBorder
{
    public Task Lost { get; } = new TaskCompletionSource().Task;

    public byte[] Ask(BorderVerb verb, long session, ReadOnlySpan<byte> request) => server.Answer(verb, session, request);

    public void Dispose()
    {
        // Nothing to give back.
    }
}
