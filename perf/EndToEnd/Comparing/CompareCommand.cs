namespace PollMode.EndToEnd;

/// <summary>What <c>compare</c> and <c>report</c> do.</summary>
internal static class CompareCommand
{
    private const int HugePages = 640;

    /// <summary>Shows what there is to compare.</summary>
    internal static int List()
    {
        foreach (IFamily family in Families.All)
        {
            Console.WriteLine($"{family.Name}: {family.Summary}");
            foreach (IComparison comparison in family.Comparisons)
            {
                string peers = string.Join(", ", comparison.Contenders.Skip(1).Select(Described));
                Console.WriteLine($"  {comparison.Name,-32} {comparison.Summary}{(peers.Length > 0 ? $" | {peers}" : " | no peer")}");
                if (comparison.WhySlow is { } why)
                {
                    Console.WriteLine($"  {"",-32} only when asked for by its whole name: {why}");
                }
            }
        }

        return 0;
    }

    /// <summary>Measures, prints each result as it comes, and writes files.</summary>
    internal static int Run(CompareOptions options, Bench bench)
    {
        IReadOnlyList<IComparison> comparisons = Selection.Of(Families.Comparisons, options.Names);
        using CpuReservation off = ChildProcess.KeepOff(bench.Core);
        using var pages = new HugePageReservation(HugePages);
        Console.WriteLine($"{Machine.Describe()}; load average {Machine.Load()}");
        Console.WriteLine(Machine.VersionsOf(comparisons.SelectMany(comparison => comparison.Contenders).SelectMany(contender => contender.Needs).Select(bench.Actual)));
        var progress = new Progress(Console.Error, !Console.IsErrorRedirected);
        var runner = new ComparisonRunner(bench, options.Repetitions, options.CommandOf, progress);
        var results = new List<ComparisonResult>();
        try
        {
            foreach (ComparisonResult result in options.Minutes is { } minutes ? runner.RunInPasses(Selection.HeadlinesFirst(comparisons), TimeSpan.FromMinutes(minutes)) : runner.Run(comparisons))
            {
                progress.Clear();
                Console.WriteLine(ConsoleTable.Row(result));
                results.RemoveAll(older => older.Name == result.Name);
                results.Add(result);

                // At once, so that nothing is lost whatever happens to the next.
                Keep(options, results);
            }
        }
        finally
        {
            Write(options, results);
        }

        progress.Clear();
        Console.WriteLine($"load average {Machine.Load()} at the end{(bench.Stop.IsCancellationRequested ? "; ended early, this is what there is" : "")}");
        return bench.Stop.IsCancellationRequested ? 130 : results.Count == comparisons.Count ? 0 : 1;
    }

    /// <summary>Writes page, README and charts anew from the kept results.</summary>
    internal static int Report()
    {
        WriteRepository();
        return 0;
    }

    private static void Keep(CompareOptions options, IReadOnlyList<ComparisonResult> results)
    {
        if (options.JsonPath is { } json)
        {
            ResultFile.Write(json, results);
        }

        if (options.Saves)
        {
            ResultFile.Write(Repository.Results, Merged(results));
        }
    }

    private static void Write(CompareOptions options, IReadOnlyList<ComparisonResult> results)
    {
        if (options.MarkdownPath is { } markdown)
        {
            string? charts = options.ChartsFolder is { } folder ? Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(markdown))!, folder) : null;
            File.WriteAllText(markdown, MarkdownReport.Page(results, Families.All, "`compare --markdown`", options.CommandOf, charts));
        }

        if (options.ChartsFolder is { } drawn)
        {
            Charts.Draw(results, drawn);
        }

        if (options.Saves)
        {
            WriteRepository();
        }
    }

    private static IReadOnlyList<ComparisonResult> Merged(IReadOnlyList<ComparisonResult> fresh) =>
        ResultFile.Merge(ResultFile.Read(Repository.Results), fresh, [.. Families.Comparisons.Select(comparison => comparison.Name)]);

    private static void WriteRepository()
    {
        IReadOnlyList<ComparisonResult> all = Merged([]);
        File.WriteAllText(Repository.ResultsPage, MarkdownReport.Page(all, Families.All));
        string table = MarkdownReport.Short(Families.Headlines.SelectMany(name => all.Where(result => result.Name == name)));
        File.WriteAllText(Repository.Readme, MarkedBlock.Replace(File.ReadAllText(Repository.Readme), "measured", table));
        Charts.Draw(all, Repository.Charts);
    }

    private static string Described(Contender contender)
    {
        Tool[] missing = [.. contender.Needs.Where(tool => !tool.IsInstalled)];
        return missing.Length == 0 ? contender.Name : $"{contender.Name} (missing: {string.Join(", ", missing.Select(tool => $"'{tool.Remedy}'"))})";
    }
}
