using System.Globalization;
using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The result for people.</summary>
internal static class TextReport
{
    private static readonly string[] Headings = ["stream", "sent", "received", "lost", "duplicated", "reordered", "corrupted", "jitter"];

    public static void Write(RunReport report, TextWriter writer)
    {
        if (report.Interrupted)
        {
            writer.WriteLine("Interrupted; this is the result so far.");
        }

        if (report.Result is { } result)
        {
            Write(result, writer);
        }

        foreach (SizeReport size in report.Benchmarks)
        {
            Write(size, writer);
        }

        foreach (string line in report.Audit)
        {
            writer.WriteLine(line);
        }

        foreach (ExpectationReport expectation in report.Expectations)
        {
            writer.WriteLine($"expected {expectation.Text}: {(expectation.Holds ? "holds" : "DOES NOT HOLD")}");
        }
    }

    private static void Write(TrafficResult result, TextWriter writer)
    {
        TextTable.Write(writer, Headings, result.Streams.Select(stream => (string[])[
            stream.Name, Figures.Count(stream.Sent), Figures.Count(stream.Received), Figures.Count(stream.Lost), Figures.Count(stream.Duplicated), Figures.Count(stream.Reordered), Figures.Count(stream.Corrupted), TimeText.Format(stream.JitterNanoseconds)]));
        writer.WriteLine($"{Figures.Rate(result.PacketsPerSecond)}, {Figures.Bits(result.FrameBitsPerSecond)} of frames, {Figures.Bits(result.WireBitsPerSecond)} on the wire, over {TimeText.Format(result.ElapsedNanoseconds)}; loss {Figures.Percent(result.LossRatio)}; foreign {Figures.Count(result.Foreign)}");
        if (result.Latency.Count > 0)
        {
            TimeSummary latency = result.Latency;
            writer.WriteLine($"latency min {TimeText.Format(latency.Min)}, mean {TimeText.Format(latency.Mean)}, P50 {TimeText.Format(latency.P50)}, P90 {TimeText.Format(latency.P90)}, P99 {TimeText.Format(latency.P99)}, " +
                $"P99.9 {TimeText.Format(latency.P999)}, P99.99 {TimeText.Format(latency.P9999)}, P99.999 {TimeText.Format(latency.P99999)}, max {TimeText.Format(latency.Max)}");
        }
    }

    private static void Write(SizeReport size, TextWriter writer)
    {
        writer.WriteLine($"frames of {size.Size} bytes");
        Write("throughput", size.Throughput, writer);
        Write("pdr", size.PartialDrop, writer);
        if (size.Throughput == null && size.Trials.LastOrDefault(step => step.Verdict == TrialVerdict.Passed) is { } passed)
        {
            writer.WriteLine($"  {passed.Test,-13} the last trial that passed so far was at {passed.Offered}");
        }

        foreach (TimeSummary latency in size.Latency)
        {
            writer.WriteLine($"  latency       min {TimeText.Format(latency.Min)}, mean {TimeText.Format(latency.Mean)}, P99 {TimeText.Format(latency.P99)}, P99.9 {TimeText.Format(latency.P999)}, max {TimeText.Format(latency.Max)}");
        }

        foreach (LossPoint point in size.FrameLoss)
        {
            writer.WriteLine($"  loss at {point.Percent,3} %  {Figures.Percent(point.LossRatio)}{(point.IsValid ? string.Empty : " (invalid: the sender did not achieve the rate, or this machine was held up)")}");
        }

        if (size.BackToBack is { } burst)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  back-to-back  {burst.Packets:N1} packets{(burst.LimitedBySender ? "; limited by the sender" : string.Empty)}"));
        }
    }

    private static void Write(string name, ThroughputResult? result, TextWriter writer)
    {
        if (result == null)
        {
            return;
        }

        string limit = result.LimitedBySender ? "; limited by the sender: trials above it were invalid" : string.Empty;
        writer.WriteLine(result.Rate == null
            ? $"  {name,-13} none: {(result.LimitedBySender ? "even at the slowest rate tried the sender did not achieve the rate, or was held up" : $"even the slowest rate tried lost more than {Figures.Percent(result.LossTolerance)}")}"
            : $"  {name,-13} {Figures.Rate(result.PacketsPerSecond)}, {Figures.Bits(result.FrameBitsPerSecond)}, {result.PercentOfHighest:0.##} % of the highest, at a loss of at most {Figures.Percent(result.LossTolerance)}, in {result.Trials} trials{limit}");
    }
}
