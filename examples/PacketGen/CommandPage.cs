using System.CommandLine;

namespace PollMode.Examples.PacketGen;

/// <summary>A command with what its help says.</summary>
/// <param name="Command">The command.</param>
/// <param name="Examples">Lines to try, each with a comment before it.</param>
/// <param name="Groups">Its options.</param>
internal sealed record CommandPage(Command Command, IReadOnlyList<(string Comment, string Line)> Examples, IReadOnlyList<OptionGroup> Groups)
{
    /// <summary>Makes a command of its options and arguments.</summary>
    public static CommandPage Of(Command command, IReadOnlyList<Argument> arguments, IReadOnlyList<OptionGroup> groups, params IReadOnlyList<(string Comment, string Line)> examples)
    {
        foreach (Argument argument in arguments)
        {
            command.Arguments.Add(argument);
        }

        foreach (Option option in groups.SelectMany(group => group.Options))
        {
            command.Options.Add(option);
        }

        return new CommandPage(command, examples, groups);
    }
}
