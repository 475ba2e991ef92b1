using Xunit;
using static PollMode.Drivers.Software.Tests.Pcap.CaptureFiles;

namespace PollMode.Drivers.Software.Tests.Pcap;

public sealed class TsharkTests
{
    [Theory]
    [InlineData("mixed.pcap", "out.pcap")]
    [InlineData("mixed-ns.pcap", "out.pcap")]
    [InlineData("mixed-ns.pcap", "out.pcapng")]
    [InlineData("mixed.pcapng", "out.pcapng")]
    public void Tshark_reads_what_is_written_without_complaint(string from, string to)
    {
        RequireTshark();
        using var scratch = new Scratch();
        Forward($"pcap:{Recorded(from)},tx={scratch[to]}");
        AssertCounts(scratch[to]);
        Assert.Equal(Fields(Recorded(from)), Fields(scratch[to]), StringComparer.Ordinal);
    }

    [Fact]
    public void Tshark_reads_a_trace_and_its_directions_without_complaint()
    {
        RequireTshark();
        using var scratch = new Scratch();
        Forward($"capture:file={scratch["trace.pcapng"]},snaplen=96+pcap:{Recorded("mixed.pcapng")},tx={scratch["out.pcap"]}");
        Assert.Equal(MixedFrames, Count(scratch["trace.pcapng"], "frame.packet_flags_direction == 1"));
        Assert.Equal(MixedFrames, Count(scratch["trace.pcapng"], "frame.packet_flags_direction == 2"));
        Assert.Equal(2 * MixedFrames, Count(scratch["trace.pcapng"], "frame.cap_len <= 96"));
        Assert.Equal(2 * Count(Recorded("mixed.pcapng"), "frame.len > 1000"), Count(scratch["trace.pcapng"], "frame.len > 1000"));
    }

    private static void RequireTshark() => Assert.SkipUnless(Tool.Exists("tshark"), "tshark is missing (package tshark)");

    private static void Forward(string spec)
    {
        using var bench = new PcapBench();
        IPort port = bench.Open(spec);
        Assert.Equal(MixedFrames, bench.Forward(port.OpenRxQueue(0, bench.Pool), port.OpenTxQueue(0, bench.Pool)));
    }

    /// <summary>What tshark counts in the recording itself.</summary>
    private static void AssertCounts(string path)
    {
        Assert.Equal(MixedFrames, Count(path, "frame"));
        Assert.Equal(2, Count(path, "arp"));
        Assert.Equal(3465, Count(path, "eth.type == 0x0800"));
        Assert.Equal(1501, Count(path, "eth.type == 0x86dd"));
        Assert.Equal(306, Count(path, "tcp and eth.type == 0x0800"));
        Assert.Equal(1479, Count(path, "tcp and eth.type == 0x86dd"));
        Assert.Equal(12, Count(path, "dns"));
    }

    private static int Count(string path, string filter) => Lines("-r", path, "-Y", filter, "-T", "fields", "-e", "frame.number").Length;

    private static string[] Fields(string path) => Lines("-r", path, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len", "-e", "_ws.col.Info");

    private static string[] Lines(params string[] arguments)
    {
        (int exitCode, string output, string errors) = Tool.Run("tshark", arguments);
        Assert.Equal(0, exitCode);

        // As root it says that this is dangerous; anything else is about the file.
        Assert.DoesNotContain(errors.Split('\n'), line => line.Length > 0 && !line.StartsWith("Running as user", StringComparison.Ordinal));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
