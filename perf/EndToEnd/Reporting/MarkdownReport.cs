using System.Text;

namespace PollMode.EndToEnd;

/// <summary>Results as Markdown: the whole page, and the short table for the README.</summary>
internal static class MarkdownReport
{
    /// <summary>Everything that was measured, family by family, with machine and command.</summary>
    /// <param name="results">The results.</param>
    /// <param name="families">What they belong to.</param>
    /// <param name="source">What the page was written from.</param>
    /// <param name="command">What measures a comparison again, given its name.</param>
    /// <param name="charts">Where charts of these very results are, seen from the page; null if none were drawn.</param>
    internal static string Page(
        IReadOnlyList<ComparisonResult> results,
        IReadOnlyList<IFamily> families,
        string source = "`compare --save` from [results.json](results.json)",
        Func<string, string>? command = null,
        string? charts = "charts")
    {
        var text = new StringBuilder();
        text.Append("# Results\n\n");
        text.Append($"Written by {source}; no figure here is typed by hand. `compare NAME` measures a row again:\n\n");
        text.Append($"    {command?.Invoke("NAME") ?? $"{CompareOptions.Command} NAME"}\n\n");
        text.Append("Middle values of the runs, smallest and largest in brackets. Contenders run in turn, A B A B; the ratio is of pairs, and above one PollMode is\n");
        text.Append("ahead, whichever way a quantity goes. CPU per packet is user and system time of the whole process, PollMode's and the peer's.\n");
        text.Append("PollMode's threads, but for the one that reads the counters, allocated nothing while it was measured where a cell does not say otherwise.\n");
        foreach (IFamily family in families)
        {
            ComparisonResult[] own = [.. results.Where(result => result.Family == family.Name)];
            if (own.Length > 0)
            {
                AddFamily(text, family, own, charts);
            }
        }

        return text.ToString();
    }

    /// <summary>One table of some comparisons.</summary>
    internal static string Table(IEnumerable<ComparisonResult> results)
    {
        var text = new StringBuilder();
        text.Append("| comparison | PollMode | peer | | ratio | CPU per packet, ns | runs | load before |\n|---|---|---|---|---|---|---|---|\n");
        foreach (ComparisonResult result in results)
        {
            ContenderResult[] peers = [.. result.Contenders.Skip(1)];
            foreach (ContenderResult? peer in peers.Length > 0 ? peers : new ContenderResult?[] { null })
            {
                text.Append($"| {result.Name} | {Cell(result, result.PollMode)}{Costs(result.PollMode)} | {peer?.Name ?? "-"} | {(peer == null ? "-" : Cell(result, peer) + Costs(peer))} | {Ratio(result, peer)} | {Cpu(result, peer)} | {result.PollMode.Runs.Count} | {result.Context.LoadAtStart.Split(' ')[0]} |\n");
            }
        }

        return text.ToString();
    }

    /// <summary>The table of the README: a few comparisons by what they do, without the circumstances.</summary>
    internal static string Short(IEnumerable<ComparisonResult> results)
    {
        ComparisonResult[] all = [.. results];
        var text = new StringBuilder();
        text.Append("| work | PollMode | peer | ratio |\n|---|---|---|---|\n");
        foreach (ComparisonResult result in all)
        {
            foreach (ContenderResult peer in result.Contenders.Skip(1).Where(peer => peer.HasRuns))
            {
                text.Append($"| {result.Summary} | {Cell(result, result.PollMode)} | {peer.Name} {Cell(result, peer)} | {Ratio(result, peer)} |\n");
            }
        }

        text.Append('\n');
        text.Append($"{string.Join("; ", all.Select(result => result.Context.Machine).Distinct())}; {string.Join(", ", all.SelectMany(result => result.Context.Versions.Split(", ")).Distinct())}; ");
        text.Append($"load average {string.Join(", ", all.Select(result => result.Context.LoadAtStart.Split(' ')[0]).Distinct())} before the runs.\n");
        return text.ToString();
    }

    private static void AddFamily(StringBuilder text, IFamily family, ComparisonResult[] results, string? charts)
    {
        text.Append($"\n## {family.Name}: {family.Summary}\n\n").Append(Table(results)).Append('\n');
        foreach (var group in results.Where(result => result.Caveat != null).GroupBy(result => result.Caveat))
        {
            text.Append($"- {string.Join(", ", group.Select(result => $"`{result.Name}`"))}: {group.Key}\n");
        }

        foreach (ContenderResult contender in results.SelectMany(result => result.Contenders).Where(contender => contender.Failure != null))
        {
            text.Append($"- {contender.Name} failed: {contender.Failure}\n");
        }

        foreach (var group in results.GroupBy(result => (result.Context.Machine, result.Context.Versions, result.Context.When)))
        {
            text.Append($"- {group.Key.When}, {group.Key.Machine}; {group.Key.Versions}.\n");
        }

        foreach (string chart in charts == null ? [] : Charts.NamesOf(family, results))
        {
            text.Append($"\n![{chart}]({charts}/{chart}.png)\n");
        }
    }

    private static string Cell(ComparisonResult result, ContenderResult contender) =>
        contender.Of(result.Quantity) is { } spread ? $"{Scaled(spread, result.Quantity)} {result.Quantity.Unit}{Loss(contender)}{Distance(contender)}" : "failed";

    private static string Distance(ContenderResult contender) => contender.Of(Quantity.CoreDistance) is { } distance ? $", cores {distance.Median:0} ns apart" : "";

    private static string Loss(ContenderResult contender) => contender.Of(Quantity.Loss) is { Median: > 0.0005 } loss ? $", {Quantity.Loss.Format(loss.Median)} % lost" : "";

    /// <summary>What is said in the long table only: system calls where they were counted, and bytes that were allocated, if any.</summary>
    private static string Costs(ContenderResult contender)
    {
        string calls = contender.Of(Quantity.SystemCalls) is { } count ? $", {Quantity.SystemCalls.Format(count.Median)} {Quantity.SystemCalls.Title}" : "";
        return contender.Of(Quantity.Allocated) is { Median: > 0 } bytes ? $"{calls}, {bytes.Median:0} bytes allocated" : calls;
    }

    private static string Ratio(ComparisonResult result, ContenderResult? peer)
    {
        double[] ratios = peer == null ? [] : [.. result.RatiosTo(peer)];
        return ratios.Length == 0 ? "-" : Spread.Of(ratios).ToString();
    }

    private static string Cpu(ComparisonResult result, ContenderResult? peer)
    {
        string ours = result.PollMode.Of(Quantity.CpuTime) is { } own ? Spread.Digits(own.Median) : "-";
        string theirs = peer?.Of(Quantity.CpuTime) is { } other ? Spread.Digits(other.Median) : "-";
        return $"{ours} / {theirs}";
    }

    private static Spread Scaled(Spread spread, Quantity quantity) => new(spread.Minimum * quantity.Scale, spread.Median * quantity.Scale, spread.Maximum * quantity.Scale);
}
