using System.CommandLine;

namespace PollMode.Examples.PacketGen;

/// <summary>Options that belong together in the help.</summary>
/// <param name="Heading">What they are about.</param>
/// <param name="Options">In the order in which they are explained.</param>
internal sealed record OptionGroup(string Heading, params IReadOnlyList<Option> Options);
