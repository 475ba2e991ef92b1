using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The result for spreadsheets: one line for each stream, or for each frame size of a benchmark. The columns are in README.md; new ones come last.</summary>
internal static class CsvReport
{
    public static void Write(RunReport report, TextWriter writer)
    {
        if (report.Command == "rfc2544")
        {
            WriteSizes(report, writer);
            return;
        }

        writer.WriteLine("stream,sent,received,lost,duplicated,reordered,corrupted,jitter_ns,latency_min_ns,latency_mean_ns,latency_p50_ns,latency_p90_ns,latency_p99_ns,latency_p99.9_ns,latency_p99.99_ns,latency_p99.999_ns,latency_max_ns,sent_bytes,received_bytes,too_late");
        foreach (StreamResult stream in report.Result?.Streams ?? [])
        {
            TimeSummary latency = stream.Latency;
            writer.WriteLine(FormattableString.Invariant($"{Quote(stream.Name)},{stream.Sent},{stream.Received},{stream.Lost},{stream.Duplicated},{stream.Reordered},{stream.Corrupted},{stream.JitterNanoseconds:0},{latency.Min},{latency.Mean:0},{latency.P50},{latency.P90},{latency.P99},{latency.P999},{latency.P9999},{latency.P99999},{latency.Max},{stream.SentBytes},{stream.ReceivedBytes},{stream.TooLate}"));
        }
    }

    private static void WriteSizes(RunReport report, TextWriter writer)
    {
        writer.WriteLine("size,mean_bytes,throughput_pps,throughput_bps,throughput_percent,throughput_limited_by_sender,pdr_pps,latency_min_ns,latency_mean_ns,latency_p99_ns,latency_max_ns,back_to_back_packets,trials");
        foreach (SizeReport size in report.Benchmarks)
        {
            TimeSummary? latency = size.Latency.Count > 0 ? size.Latency[0] : null;
            writer.WriteLine(FormattableString.Invariant($"{Quote(size.Size)},{size.MeanFrameBytes:0.###},{size.Throughput?.PacketsPerSecond:0.###},{size.Throughput?.FrameBitsPerSecond:0},{size.Throughput?.PercentOfHighest:0.####},{(size.Throughput == null ? string.Empty : size.Throughput.LimitedBySender ? "yes" : "no")},{size.PartialDrop?.PacketsPerSecond:0.###},{latency?.Min},{latency?.Mean:0},{latency?.P99},{latency?.Max},{size.BackToBack?.Packets:0.#},{size.Trials.Count}"));
        }
    }

    private static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
