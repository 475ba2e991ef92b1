namespace PollMode.EndToEnd;

/// <summary>Where the results are kept: in the repository, found from the program or from the folder it is run in.</summary>
internal static class Repository
{
    internal static string Root { get; } = Above(AppContext.BaseDirectory) ?? Above(Directory.GetCurrentDirectory())
        ?? throw new PollModeException("PollMode.sln is in no folder above this one; run this inside the repository.");

    internal static string Results => Path.Combine(Root, "perf", "results.json");

    internal static string ResultsPage => Path.Combine(Root, "perf", "RESULTS.md");

    internal static string Readme => Path.Combine(Root, "README.md");

    internal static string Charts => Path.Combine(Root, "perf", "charts");

    private static string? Above(string folder)
    {
        for (DirectoryInfo? at = new(folder); at != null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "PollMode.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
