using PollMode.Drivers.Traffic;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PollMode.Examples.PacketGen;

/// <summary>The progress of benchmarks: a table drawn anew on a terminal, a line for each trial elsewhere, nothing where the output is to be quiet.</summary>
internal sealed class BenchmarkView : IDisposable
{
    private const int LastTrials = 6;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly LiveScreen? _screen;
    private readonly bool _prints;
    private readonly SizeReports _sizes;
    private readonly Func<TrafficResult?> _now;
    private readonly Timer? _timer;
    private volatile TrialRequest? _trial;
    private volatile string _test = string.Empty;

    private BenchmarkView(LiveScreen? screen, bool prints, SizeReports sizes, Func<TrafficResult?> now)
    {
        _screen = screen;
        _prints = prints;
        _sizes = sizes;
        _now = now;
        _timer = screen == null ? null : new Timer(_ => Draw(), null, Interval, Interval);
    }

    /// <summary>A view for the options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="sizes">What has been found; it grows while the view lasts.</param>
    /// <param name="now">The trial that runs, as it is now.</param>
    public static BenchmarkView For(GeneratorOptions options, SizeReports sizes, Func<TrafficResult?> now) =>
        new(options.IsQuiet || Console.IsOutputRedirected ? null : new LiveScreen(), !options.IsQuiet && Console.IsOutputRedirected, sizes, now);

    public void Begin(string test) => _test = test;

    public void Begin(TrialRequest trial) => _trial = trial;

    public void Note(BenchmarkStep step)
    {
        if (_prints)
        {
            Console.WriteLine($"  {Line(step)}");
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _screen?.Dispose();
    }

    internal static IRenderable Draw(IReadOnlyList<SizeReport> sizes, string test, TrialRequest? trial, TrafficResult? now)
    {
        Table table = new Table().Border(TableBorder.None).Title("packetgen rfc2544 - Ctrl-C for the result so far");
        foreach (string heading in (string[])["size", "throughput", "of highest", "pdr", "P99", "back-to-back", "trials"])
        {
            table.AddColumn(new TableColumn($"[bold]{heading}[/]") { Alignment = heading == "size" ? Justify.Left : Justify.Right, NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        }

        foreach (SizeReport size in sizes)
        {
            table.AddRow(
                Markup.Escape(size.Size),
                size.Throughput is { } found ? Figures.Rate(Math.Round(found.PacketsPerSecond)) : "...",
                size.Throughput is { } part ? $"{part.PercentOfHighest:0.##} %" : string.Empty,
                size.PartialDrop is { } partial ? Figures.Rate(Math.Round(partial.PacketsPerSecond)) : string.Empty,
                size.Latency.Count > 0 ? Figures.ShortTime(size.Latency.Max(latency => latency.P99)) : string.Empty,
                size.BackToBack is { } burst ? $"{burst.Packets:N0}" : string.Empty,
                $"{size.Trials.Count}");
        }

        var lines = new List<IRenderable> { table, Text.Empty };
        if (sizes.Count > 0)
        {
            lines.AddRange(sizes[^1].Trials.TakeLast(LastTrials).Select(step => new Text("  " + Line(step))));
        }

        if (trial != null)
        {
            string offered = trial.Packets > 0 ? $"{Figures.Count(trial.Packets)} packets" : trial.Rate.ToString();
            string progress = now == null ? string.Empty : $": {Figures.Count(now.Sent)} sent, {Figures.Count(now.Received)} received, {now.ElapsedNanoseconds / 1e9:F1} s{(trial.Nanoseconds > 0 ? $" of {TimeText.Format(trial.Nanoseconds)}" : string.Empty)}";
            lines.Add(new Text($"> {test,-12} {trial.Sizes,-5} {offered,-14}{progress}"));
        }

        return new Rows(lines);
    }

    private static string Line(BenchmarkStep step) =>
        FormattableString.Invariant($"{step.Test,-12} {step.Size,-5} {step.Offered,-14} loss {step.LossRatio * 100,8:0.####} %  {Say(step)}");

    private static string Say(BenchmarkStep step) => step.Verdict switch
    {
        TrialVerdict.Passed => "passed",
        TrialVerdict.Lost => "failed",
        _ => step.KeptUp ? "invalid: machine held up" : "invalid: sender too slow",
    };

    private void Draw() => _screen?.Show(Draw(_sizes.All, _test, _trial, _now()));
}
