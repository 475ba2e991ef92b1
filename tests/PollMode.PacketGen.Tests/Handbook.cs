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

    /// <summary>Above the test's own folder: paths of sources mean nothing in a build that can be repeated elsewhere.</summary>
    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "PollMode.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new InvalidOperationException($"There is no PollMode.sln above {AppContext.BaseDirectory}."), "examples", "PacketGen", "README.md");
    }
}
