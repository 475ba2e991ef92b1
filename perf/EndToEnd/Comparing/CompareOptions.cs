namespace PollMode.EndToEnd;

/// <summary>What the command line of <c>compare</c> says.</summary>
/// <param name="Names">Comparisons, by name or the start of it.</param>
/// <param name="Repetitions">Runs of each contender.</param>
/// <param name="Minutes">Time for all: repetitions are made in passes over all comparisons until it is over. Null for as long as it takes, comparison by comparison.</param>
/// <param name="Extra">Options that change what is measured, as they were typed: a result's command repeats them.</param>
/// <param name="Saves">Whether to keep the results in the repository.</param>
/// <param name="JsonPath">File for the results alone; null for none.</param>
/// <param name="MarkdownPath">File for a page of them; null for none.</param>
/// <param name="ChartsFolder">Folder for charts of them; null for none.</param>
internal sealed record CompareOptions(
    IReadOnlyList<string> Names, int Repetitions, int? Minutes, string Extra, bool Saves, string? JsonPath, string? MarkdownPath, string? ChartsFolder)
{
    /// <summary>What is typed before the names of comparisons.</summary>
    internal const string Command = "dotnet run -c Release --project perf/EndToEnd -- compare";

    /// <summary>What measures a comparison again in the same way.</summary>
    internal string CommandOf(string name) => $"{Command} {name}{Extra}";
}
