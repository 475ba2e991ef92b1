using System.Runtime.CompilerServices;

namespace PollMode.PacketGen.Tests;

/// <summary>The program's README, whose examples must work.</summary>
internal static class Handbook
{
    public static string Text { get; } = File.ReadAllText(Find());

    /// <summary>The first block of code in a language.</summary>
    public static string FirstBlock(string language)
    {
        string start = $"```{language}\n";
        int from = Text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return Text[from..Text.IndexOf("```", from, StringComparison.Ordinal)];
    }

    private static string Find([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "examples", "PacketGen", "README.md");
}
