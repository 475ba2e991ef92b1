namespace PollMode;

/// <summary>A named counter of one port, beyond those that every queue has.</summary>
/// <param name="Name">Lower case with underscores, as ethtool -S has them.</param>
/// <param name="Value">Its value since the port was opened.</param>
public readonly record struct PortCounter(string Name, long Value);
