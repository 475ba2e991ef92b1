using PollMode.Drivers.Traffic;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace PollMode.Examples.PacketGen;

/// <summary>A run as it is now, on a terminal; nothing where the output is no terminal or is to be quiet.</summary>
internal sealed class LiveView : IDisposable
{
    private const int MostStreams = 16;

    private const int LongestName = 11;

    private static readonly (string Heading, Func<StreamResult, string> Cell)[] Columns =
    [
        ("stream", stream => Markup.Escape(stream.Name.Length > LongestName ? stream.Name[..LongestName] : stream.Name)),
        ("sent", stream => Figures.ShortCount(stream.Sent)),
        ("received", stream => Figures.ShortCount(stream.Received)),
        ("lost", stream => Alarm(Missing(stream))),
        ("dup", stream => Alarm(stream.Duplicated)),
        ("late", stream => Alarm(stream.Reordered)),
        ("bad", stream => Alarm(stream.Corrupted)),
        ("P50", stream => Figures.ShortTime(stream.Latency.P50)),
        ("P99", stream => Figures.ShortTime(stream.Latency.P99)),
        ("P99.9", stream => Figures.ShortTime(stream.Latency.P999)),
        ("max", stream => Figures.ShortTime(stream.Latency.Max)),
    ];

    /// <summary>What is left out for terminals of eighty columns, sixty, fifty, thirty.</summary>
    private static readonly string[][] LeftOut = [[], ["P50", "P99.9"], ["P50", "P99.9", "received", "dup", "late"], ["P50", "P99.9", "received", "dup", "late", "bad", "sent", "max"]];

    private readonly LiveScreen? _screen;
    private readonly TrafficPlan _plan;

    private LiveView(LiveScreen? screen, TrafficPlan plan)
    {
        _screen = screen;
        _plan = plan;
    }

    public static LiveView For(GeneratorOptions options) => new(options.IsQuiet || Console.IsOutputRedirected ? null : new LiveScreen(), options.Plan);

    public void Update(TrafficResult result, RateSample now) => _screen?.Show(Draw(result, now, _plan));

    public void Dispose() => _screen?.Dispose();

    internal static IRenderable Draw(TrafficResult result, RateSample now, TrafficPlan plan)
    {
        long missing = result.Streams.Sum(Missing);
        string asked = result.AskedPacketsPerSecond > 0 ? Figures.Rate(result.AskedPacketsPerSecond) : "as much as possible";
        var lines = new List<IRenderable> { new FirstThatFits([.. LeftOut.Select(columns => DrawTable(result, columns))]), Text.Empty };
        if (result.Streams.Count > MostStreams)
        {
            lines.Add(new Text($"... and {result.Streams.Count - MostStreams} streams more"));
        }

        lines.Add(new Text($"now    sending {Rounded(now.SentPerSecond)}, receiving {Rounded(now.ReceivedPerSecond)}; asked {asked}"));
        lines.Add(new Text($"so far {Rounded(result.PacketsPerSecond)}, {Figures.Bits(result.WireBitsPerSecond)} on the wire; loss {Figures.Percent(result.Sent > 0 ? Math.Round((double)missing / result.Sent, 7) : 0)}; foreign {Figures.Count(result.Foreign)}"));
        lines.Add(new Text($"time   {now.Seconds:F1} s{Of(plan)}; {TimeText.Format(result.LagNanoseconds)} behind the schedule"));
        if (!result.KeptUp)
        {
            lines.Add(new Markup("[red]The sender cannot keep up with the rate asked for.[/]"));
        }

        return new Rows(lines);
    }

    private static Table DrawTable(TrafficResult result, string[] leftOut)
    {
        Table table = new Table().Border(TableBorder.None).Title("packetgen - Ctrl-C for the result so far");
        (string Heading, Func<StreamResult, string> Cell)[] columns = [.. Columns.Where(column => !leftOut.Contains(column.Heading))];
        foreach ((string heading, _) in columns)
        {
            // Without lines and padding to the left a row of millions fits eighty columns.
            table.AddColumn(new TableColumn($"[bold]{heading}[/]") { Alignment = heading == "stream" ? Justify.Left : Justify.Right, NoWrap = true, Padding = new Padding(0, 0, 1, 0) });
        }

        foreach (StreamResult stream in result.Streams.Take(MostStreams))
        {
            table.AddRow([.. columns.Select(column => column.Cell(stream))]);
        }

        return table;
    }

    private static string Alarm(long count) => count == 0 ? "0" : $"[red]{Figures.ShortCount(count)}[/]";

    /// <summary>Numbers missing below the highest that came: what is under way is not lost yet.</summary>
    private static long Missing(StreamResult stream) => Math.Max(0, stream.HighestSequence + 1 - stream.Received - stream.Corrupted - stream.TooLate);

    private static string Rounded(double rate) => Figures.Rate(rate >= 1e6 ? Math.Round(rate / 1e3) * 1e3 : Math.Round(rate));

    private static string Of(TrafficPlan plan) => plan.DurationNanoseconds > 0
        ? $" of {TimeText.Format(plan.DurationNanoseconds)}"
        : plan.Streams.All(stream => stream.Packets > 0) ? $", {Figures.Count(plan.Streams.Sum(stream => stream.Packets))} packets in all" : string.Empty;
}
