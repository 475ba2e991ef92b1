namespace PollMode.Examples.PacketGen;

/// <summary>An expectation and whether it holds.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Holds">Whether it does.</param>
internal sealed record ExpectationReport(string Text, bool Holds);
