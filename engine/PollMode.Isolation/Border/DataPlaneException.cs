namespace PollMode.Isolation;

/// <summary>An exception that was thrown in a data plane: message and text are those of the original, stack included.</summary>
public sealed class DataPlaneException : PollModeException
{
    private readonly string _whole;

    internal DataPlaneException(string message, string whole)
        : base(message) => _whole = whole;

    /// <summary>What the original says of itself.</summary>
    public override string ToString() => _whole;
}
