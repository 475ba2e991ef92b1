using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The result for people.</summary>
internal static class TextReport
{
    public static void Write(RunReport report, TextWriter writer)
    {
        if (report.Interrupted)
        {
            writer.WriteLine("Interrupted; this is the result so far.");
        }

        if (report.Result is { } result && report.Command != "rfc2544")
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
        writer.WriteLine($"{"stream",-16}{"sent",14}{"received",14}{"lost",12}{"duplicated",12}{"reordered",12}{"corrupted",12}{"jitter",12}");
        foreach (StreamResult stream in result.Streams)
        {
            writer.WriteLine($"{stream.Name,-16}{stream.Sent,14:N0}{stream.Received,14:N0}{stream.Lost,12:N0}{stream.Duplicated,12:N0}{stream.Reordered,12:N0}{stream.Corrupted,12:N0}{TimeText.Format(stream.JitterNanoseconds),12}");
        }

        writer.WriteLine($"{result.PacketsPerSecond / 1e6:0.000000} Mpps, {result.FrameBitsPerSecond / 1e9:0.000} Gbit/s of frames, {result.WireBitsPerSecond / 1e9:0.000} Gbit/s on the wire, over {TimeText.Format(result.ElapsedNanoseconds)}; loss {result.LossRatio * 100:0.######} %; foreign {result.Foreign:N0}");
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
        Write("partial drop", size.PartialDrop, writer);
        foreach (TimeSummary latency in size.Latency)
        {
            writer.WriteLine($"  latency       min {TimeText.Format(latency.Min)}, mean {TimeText.Format(latency.Mean)}, P99 {TimeText.Format(latency.P99)}, max {TimeText.Format(latency.Max)}");
        }

        foreach (LossPoint point in size.FrameLoss)
        {
            writer.WriteLine($"  loss at {point.Percent,3} %  {point.LossRatio * 100:0.####} %{(point.KeptUp ? string.Empty : " (the sender could not keep up)")}");
        }

        if (size.BackToBackPackets is { } packets)
        {
            writer.WriteLine($"  back-to-back  {packets:N1} packets");
        }
    }

    private static void Write(string name, ThroughputResult? result, TextWriter writer)
    {
        if (result != null)
        {
            writer.WriteLine(result.Rate == null
                ? $"  {name,-13} none: even the slowest rate tried lost more than {result.LossTolerance * 100:0.###} %"
                : $"  {name,-13} {Audit.Show(result.PacketsPerSecond)}, {result.FrameBitsPerSecond / 1e9:0.000} Gbit/s, {result.PercentOfHighest:0.##} % of the highest, at a loss of at most {result.LossTolerance * 100:0.###} %, in {result.Trials} trials{(result.LimitedBySender ? "; limited by the sender" : string.Empty)}");
        }
    }
}
