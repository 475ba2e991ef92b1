namespace PollMode;

/// <summary>What opening a port got: what is told of it to those who do not hold the port itself.</summary>
/// <param name="Name">The spec it was opened by.</param>
/// <param name="Capabilities">What it can do.</param>
/// <param name="Link">Whether frames can pass.</param>
/// <param name="Report">What opening it got, and why not more: one line each.</param>
public sealed record OpenedPort(string Name, PortCapabilities Capabilities, LinkState Link, IReadOnlyList<string> Report);
