using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>The result for spreadsheets: one line for each stream, or for each frame size of a benchmark. Times are in nanoseconds.</summary>
internal static class CsvReport
{
    public static void Write(RunReport report, TextWriter writer)
    {
        if (report.Command == "rfc2544")
        {
            writer.WriteLine("size,throughput_pps,throughput_bps,throughput_percent,partial_drop_pps,latency_min,latency_mean,latency_p99,latency_max,back_to_back");
            foreach (SizeReport size in report.Benchmarks)
            {
                TimeSummary? latency = size.Latency.Count > 0 ? size.Latency[0] : null;
                writer.WriteLine(FormattableString.Invariant($"\"{size.Size}\",{size.Throughput?.PacketsPerSecond},{size.Throughput?.FrameBitsPerSecond},{size.Throughput?.PercentOfHighest},{size.PartialDrop?.PacketsPerSecond},{latency?.Min},{latency?.Mean},{latency?.P99},{latency?.Max},{size.BackToBackPackets}"));
            }

            return;
        }

        writer.WriteLine("stream,sent,received,lost,duplicated,reordered,corrupted,jitter,latency_min,latency_mean,p50,p90,p99,p99.9,p99.99,p99.999,latency_max");
        foreach (StreamResult stream in report.Result?.Streams ?? [])
        {
            TimeSummary latency = stream.Latency;
            writer.WriteLine(FormattableString.Invariant($"\"{stream.Name}\",{stream.Sent},{stream.Received},{stream.Lost},{stream.Duplicated},{stream.Reordered},{stream.Corrupted},{stream.JitterNanoseconds:0},{latency.Min},{latency.Mean:0},{latency.P50},{latency.P90},{latency.P99},{latency.P999},{latency.P9999},{latency.P99999},{latency.Max}"));
        }
    }
}
