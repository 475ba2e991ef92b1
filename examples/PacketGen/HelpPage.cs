using System.CommandLine;
using System.CommandLine.Invocation;

namespace PollMode.Examples.PacketGen;

/// <summary>Help that teaches: what a command is for, lines to try, then its options in groups.</summary>
internal sealed class HelpPage(IReadOnlyList<CommandPage> pages) : SynchronousCommandLineAction
{
    private const int LeastWidth = 60;
    private const int MostWidth = 110;
    private const int TextColumn = 28;

    public override int Invoke(ParseResult parseResult)
    {
        ArgumentNullException.ThrowIfNull(parseResult);
        Command command = parseResult.CommandResult.Command;
        int width = Console.IsOutputRedirected ? MostWidth : Math.Clamp(Console.WindowWidth - 1, LeastWidth, MostWidth);
        Write(pages.First(page => page.Command == command), parseResult.InvocationConfiguration.Output, width);
        return (int)ExitCode.Done;
    }

    internal void Write(CommandPage page, TextWriter writer, int width)
    {
        bool isRoot = page.Command is RootCommand;
        Wrap(writer, page.Command.Description!, string.Empty, width);
        writer.WriteLine();
        foreach ((string comment, string line) in page.Examples)
        {
            writer.WriteLine($"  # {comment}");
            writer.WriteLine($"  {line}");
        }

        if (isRoot)
        {
            writer.WriteLine();
            writer.WriteLine("Commands (each has a --help of its own):");
            foreach (CommandPage other in pages.Where(other => other != page))
            {
                Entry(writer, string.Join(' ', [other.Command.Name, .. other.Command.Arguments.Select(argument => argument.Name)]), other.Command.Description!, width);
            }
        }

        foreach (OptionGroup group in page.Groups)
        {
            writer.WriteLine();
            writer.WriteLine($"{group.Heading}:");
            foreach (Option option in group.Options)
            {
                Entry(writer, Names(option), option.Description + Default(option), width);
            }
        }

        writer.WriteLine();
        Wrap(writer, "A port is named driver:device[,key=value...], with decorators in front: fault:loss=1%+ring:a. --list-drivers prints every driver with its keys.", string.Empty, width);
        Wrap(writer, "Exit codes: 0 done, and every --expect holds; 1 wrong input, one sentence says what; 2 a port failed while running; 3 something expected does not hold.", string.Empty, width);
    }

    private static string Names(Option option)
    {
        string shortName = option.Aliases.FirstOrDefault(alias => alias.Length == 2) is { } alias ? $"{alias}, " : "    ";
        return option.HelpName == null ? shortName + option.Name : $"{shortName}{option.Name} {option.HelpName}";
    }

    private static string Default(Option option) => option.HasDefaultValue && option.GetDefaultValue()?.ToString() is { Length: > 0 } value && value != "0s" && value != "False"
        ? $" Default {value}."
        : string.Empty;

    private static void Entry(TextWriter writer, string name, string text, int width)
    {
        string lead = "  " + name;
        if (lead.Length > TextColumn - 2)
        {
            writer.WriteLine(lead);
            lead = string.Empty;
        }

        Wrap(writer, text, lead.PadRight(TextColumn), width);
    }

    /// <summary>Writes words in lines of a width, the first behind a lead, the others below it.</summary>
    private static void Wrap(TextWriter writer, string text, string lead, int width)
    {
        string line = lead;
        bool isEmpty = true;
        foreach (string word in text.Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > width)
            {
                writer.WriteLine(line);
                line = new string(' ', lead.Length);
                isEmpty = true;
            }

            line += isEmpty ? word : " " + word;
            isEmpty = false;
        }

        writer.WriteLine(line);
    }
}
