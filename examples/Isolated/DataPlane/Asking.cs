namespace PollMode.Examples.Isolated;

/// <summary>What the app may change while the workers run: one number, which they read once for each burst.</summary>
internal sealed class Asking
{
    private volatile int _every = 10_000;

    /// <summary>Of so many frames one is a question to the app.</summary>
    internal int Every
    {
        get => _every;
        set => _every = value;
    }
}
