namespace PollMode.Isolation;

/// <summary>Exceptions do not cross the border: what they say does, and becomes an exception of the same kind on the other side.</summary>
internal static class BorderFault
{
    internal static (BorderStatus Status, string Text) Of(Exception fault) => fault switch
    {
        PollModeException => (BorderStatus.Refused, fault.Message),
        InvalidOperationException => (BorderStatus.Misused, fault.Message),
        _ => (BorderStatus.Faulted, $"{fault.GetType().Name}: {fault.Message}"),
    };

    internal static Exception ToException(BorderStatus status, string text) => status switch
    {
        BorderStatus.Refused => new PollModeException(text),
        BorderStatus.Misused => new InvalidOperationException(text),
        _ => new PollModeException($"The data plane failed: {text}"),
    };
}
