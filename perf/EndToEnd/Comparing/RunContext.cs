namespace PollMode.EndToEnd;

/// <summary>The circumstances of a comparison.</summary>
/// <param name="Command">What to type to have it again.</param>
/// <param name="When">The day.</param>
/// <param name="Machine">Processor, cores, kernel, hugepages.</param>
/// <param name="Versions">The runtime's version and those of the peers.</param>
/// <param name="LoadAtStart">Load averages of 1, 5 and 15 minutes before.</param>
/// <param name="LoadAtEnd">The same after; the comparison's own processes are in it.</param>
internal sealed record RunContext(string Command, string When, string Machine, string Versions, string LoadAtStart, string LoadAtEnd);
