namespace PollMode;

/// <summary>A key that a driver takes in a port spec.</summary>
/// <param name="Key">The key, lower case.</param>
/// <param name="Default">What it is when not given, as a user would write it; empty for nothing.</param>
/// <param name="Help">What it does, with the unit.</param>
public sealed record PortOption(string Key, string Default, string Help);
