using PollMode.Drivers.Traffic;
using PollMode.Examples.PacketGen;
using Spectre.Console;
using Spectre.Console.Rendering;
using Xunit;

namespace PollMode.PacketGen.Tests;

/// <summary>What is drawn on a terminal of eighty columns, or fewer, which must not wrap.</summary>
public sealed class ViewTests
{
    [Fact]
    public void A_row_of_hundreds_of_millions_fits_eighty_columns()
    {
        var latency = new TimeSummary(1, 123, 1234, 12_345, 123_456, 1_234_567, 12_345_678, 12_345_678, 123_456_789, 123_456_789);
        var stream = new StreamResult { Name = "a stream with a long name", Sent = 123_456_789, Received = 123_455_789, Lost = 1000, Duplicated = 12, Reordered = 123, Corrupted = 12, HighestSequence = 123_456_788, Latency = latency };
        var result = new TrafficResult { ElapsedNanoseconds = 60_000_000_000, AskedPacketsPerSecond = 5_000_000, Latency = latency, Streams = [stream, stream] };
        string[] lines = Draw(LiveView.Draw(result, new RateSample(60, 2_057_613.2, 2_057_600, 2_100_000), new TrafficPlan { DurationNanoseconds = 100_000_000_000 }));
        Assert.Contains(lines, line => line.Contains("123.457M", StringComparison.Ordinal) && line.Contains("123ms", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("time   60.0 s of 100 s", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("cannot keep up", StringComparison.Ordinal));

        // Title, headings, two streams, an empty line, three lines of text, the warning.
        Assert.True(lines.Length == 9, string.Join('\n', lines));
    }

    [Theory]
    [InlineData(80, "P99.9")]
    [InlineData(62, "late")]
    [InlineData(50, "bad")]
    [InlineData(32, "lost")]
    public void A_narrow_terminal_gets_fewer_columns_and_no_wrapped_row(int width, string heading)
    {
        var latency = new TimeSummary(1, 123, 1234, 12_345, 123_456, 1_234_567, 12_345_678, 12_345_678, 123_456_789, 123_456_789);
        StreamResult[] streams = [.. Enumerable.Range(0, 3).Select(i => new StreamResult { Name = $"stream number {i}", Sent = 123_456_789, Received = 123_455_789, Lost = 1000, HighestSequence = 123_456_788, Latency = latency })];
        var result = new TrafficResult { ElapsedNanoseconds = 60_000_000_000, Latency = latency, Streams = streams };
        string[] lines = Draw(LiveView.Draw(result, new RateSample(60, 2_057_613.2, 2_057_600, 2_100_000), new TrafficPlan()), width);
        int heads = Array.FindIndex(lines, line => line.StartsWith("stream ", StringComparison.Ordinal));
        Assert.Contains(heading, lines[heads], StringComparison.Ordinal);
        Assert.All(lines[(heads + 1)..(heads + 4)], line => Assert.Matches("^stream numb.* 1,000 .*[mu]s$", line));
        Assert.Equal(string.Empty, lines[heads + 4]);
    }

    [Fact]
    public void What_is_under_way_is_not_drawn_as_lost()
    {
        var latency = TimeSummary.Of(new LogLinearHistogram());
        var stream = new StreamResult { Name = "s", Sent = 1000, Received = 900, HighestSequence = 899, Lost = 100, Latency = latency };
        string[] lines = Draw(LiveView.Draw(new TrafficResult { ElapsedNanoseconds = 1, Latency = latency, Streams = [stream] }, new RateSample(1, 1, 1, 1), new TrafficPlan()));
        Assert.Contains(lines, line => System.Text.RegularExpressions.Regex.IsMatch(line, "^s +1,000 +900 +0 ", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void The_progress_of_a_search_fits_eighty_columns()
    {
        var size = new SizeReport
        {
            Size = "1518",
            Throughput = new ThroughputResult { Size = "1518", Rate = "9.98GbpsL1", PacketsPerSecond = 811_118.25, PercentOfHighest = 99.8 },
            PartialDrop = new ThroughputResult { Size = "1518", Rate = "9.98GbpsL1", PacketsPerSecond = 811_118.25, PercentOfHighest = 99.8 },
            BackToBack = new BackToBackResult(1_623_376, true),
            Trials = [new BenchmarkStep("throughput", "1518", "9.980469GbpsL1", 0.000123, TrialVerdict.Invalid, false)],
        };
        var now = new TrafficResult { ElapsedNanoseconds = 3_200_000_000, Latency = TimeSummary.Of(new LogLinearHistogram()), Streams = [] };
        string[] lines = Draw(BenchmarkView.Draw([size, size], "back-to-back", new TrialRequest(FrameSizes.Fixed(1518), Rate.Parse("10GbpsL1"), 10_000_000_000, 0), now));

        // Title, headings, two sizes, an empty line, one trial, the one that runs.
        Assert.True(lines.Length == 7, string.Join('\n', lines));
        Assert.Contains(lines, line => line.Contains("invalid: sender too slow", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("3.2 s of 10 s", StringComparison.Ordinal));
    }

    private static string[] Draw(IRenderable drawing, int width = 80)
    {
        using var writer = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = width;
        console.Write(drawing);
        return [.. writer.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd())];
    }
}
