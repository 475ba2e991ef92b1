namespace PollMode.Isolation;

/// <summary>What is told of an exception on the other side.</summary>
/// <param name="Message">Its message.</param>
/// <param name="Whole">All that it says of itself, with its stack.</param>
internal sealed record FaultText(string Message, string Whole)
{
    internal static FaultText Of(Exception fault) => new(fault.Message, fault.ToString());

    internal Exception ToException() => new DataPlaneException(Message, Whole);
}
