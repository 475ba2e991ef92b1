namespace PollMode.Isolation;

/// <summary>A command of the user's own.</summary>
/// <param name="Name">Its name, as the data plane has it.</param>
/// <param name="Argument">What it is given.</param>
internal sealed record CommandRequest(string Name, string Argument);
