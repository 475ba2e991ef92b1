using System.Text;
using PollMode.EndToEnd;

namespace PollMode.Latency;

/// <summary>Results as Markdown.</summary>
internal static class Tables
{
    /// <summary>The part of perf/GC.md that is written here.</summary>
    internal const string Block = "latency";

    internal static string Of(IWay way, IReadOnlyList<Result> results)
    {
        var text = new StringBuilder();
        text.Append(way.Description).Append("\n\n");
        text.Append("| engine | app | P50 | P99 | P99.9 | P99.99 | maximum | lost | stalls by a collection | other stalls | collections of the app |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|---|\n");
        Mode[] modes = [.. results.Select(result => result.Mode).Distinct().Order()];
        foreach (Mode mode in modes)
        {
            foreach (Allocation allocation in way.Allocations)
            {
                Result[] runs = [.. results.Where(result => (result.Mode, result.Allocation) == (mode, allocation))];
                text.Append($"| {Name(mode)} | {allocation.ToString().ToLowerInvariant()} | {Middle(runs, (Figures run) => run.P50)} | {Middle(runs, run => run.P99)} | {Middle(runs, run => run.P999)} | {Middle(runs, run => run.P9999)} ");
                text.Append($"| {Micro(runs, run => run.Max)} | {Percent(runs)} | {Middle(runs, run => run.StallsByCollection)} | {Middle(runs, run => run.StallsByOthers)} | {Middle(runs, run => run.AppCollections)} |\n");
            }
        }

        text.Append("\nHard over idle, and hard over busy, of the same round:\n\n| engine | P99.9, over idle | maximum, over idle | P99.9, over busy | maximum, over busy |\n|---|---|---|---|---|\n");
        foreach (Mode mode in modes)
        {
            text.Append($"| {Name(mode)} | {Ratio(results, mode, Allocation.Idle, run => run.P999)} | {Ratio(results, mode, Allocation.Idle, run => run.Max)} ");
            text.Append($"| {Ratio(results, mode, Allocation.Busy, run => run.P999)} | {Ratio(results, mode, Allocation.Busy, run => run.Max)} |\n");
        }

        return text.ToString();
    }

    private static string Name(Mode mode) => mode switch
    {
        Mode.Plain => "plain",
        Mode.Library => "isolated, library",
        Mode.Process => "isolated, process",
        Mode.Bare => "a bare loop",
        _ => "testpmd",
    };

    private static string Middle(Result[] runs, Func<Figures, double> value) => Spread.Digits(Spread.Of(runs.Select(run => value(run.Figures) / 1000)).Median);

    private static string Micro(Result[] runs, Func<Figures, double> value) => Spread.Of(runs.Select(run => value(run.Figures) / 1000)).ToString();

    private static string Middle(Result[] runs, Func<HostAnswer, long> value) => runs[0].Host == null ? "-" : $"{Spread.Of(runs.Select(run => (double)value(run.Host!))).Median:0}";

    private static string Percent(Result[] runs) => Spread.Of(runs.Select(run => 100.0 * (run.Figures.Sent - run.Figures.Received) / Math.Max(1, run.Figures.Sent))).Median is var lost && lost == 0 ? "0" : $"{lost:0.###} %";

    /// <summary>Of the rounds, each a pair.</summary>
    private static string Ratio(IReadOnlyList<Result> results, Mode mode, Allocation under, Func<Figures, double> value)
    {
        return Spread.Of(Of(Allocation.Hard).Zip(Of(under), (over, below) => over / below)).ToString();

        IEnumerable<double> Of(Allocation allocation) => results.Where(result => (result.Mode, result.Allocation) == (mode, allocation)).Select(result => value(result.Figures));
    }
}
