namespace PollMode;

/// <summary>A fault in setting something up. The message is one sentence that names what failed and the remedy, fit to be shown to a user.</summary>
public class PollModeException : Exception
{
    /// <summary>Makes an exception with a message fit for a user.</summary>
    public PollModeException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message fit for a user, and its cause.</summary>
    public PollModeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
