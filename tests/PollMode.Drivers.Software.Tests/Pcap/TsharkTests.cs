using Xunit;
using static PollMode.Drivers.Software.Tests.Pcap.CaptureFiles;

namespace PollMode.Drivers.Software.Tests.Pcap;

public sealed class TsharkTests
{
    [Theory]
    [InlineData("mixed-ns.pcap", "out.pcap")]
    [InlineData("mixed.pcapng", "out.pcapng")]
    public void Tshark_reads_what_is_written_without_complaint(string from, string to)
    {
        RequireTshark();
        using var scratch = new Scratch();
        Forward($"pcap:{Recorded(from)},tx={scratch[to]}");
        string[] written = Fields(scratch[to]);
        AssertCounts(written);
        Assert.Equal(Fields(Recorded(from)), written, StringComparer.Ordinal);
    }

    [Fact]
    public void Tshark_reads_a_trace_and_its_directions_without_complaint()
    {
        RequireTshark();
        using var scratch = new Scratch();
        Forward($"capture:file={scratch["trace.pcapng"]},snaplen=96+pcap:{Recorded("mixed.pcapng")},tx={scratch["out.pcap"]}");
        string[] lines = Lines("-r", scratch["trace.pcapng"], "-T", "fields", "-e", "frame.packet_flags_direction", "-e", "frame.cap_len", "-e", "frame.len");
        int[][] frames = [.. lines.Select(line => line.Split('\t').Select(field => Convert.ToInt32(field, field.StartsWith("0x", StringComparison.Ordinal) ? 16 : 10)).ToArray())];
        Assert.Equal(MixedFrames, frames.Count(frame => frame[0] == 1));
        Assert.Equal(MixedFrames, frames.Count(frame => frame[0] == 2));
        Assert.All(frames, frame => Assert.Equal(Math.Min(96, frame[2]), frame[1]));
        Assert.Equal(2 * 2_619_700, frames.Sum(frame => frame[2]));
    }

    private static void RequireTshark() => Assert.SkipUnless(Tool.Exists("tshark"), "tshark is missing (package tshark)");

    private static void Forward(string spec)
    {
        using var bench = new PcapBench();
        IPort port = bench.Open(spec);
        Assert.Equal(MixedFrames, bench.Forward(port.OpenRxQueue(0, bench.Pool), port.OpenTxQueue(0, bench.Pool)));
    }

    /// <summary>What tshark counts in the recording itself.</summary>
    private static void AssertCounts(string[] lines)
    {
        Assert.Equal(MixedFrames, lines.Length);
        Assert.Equal(2, lines.Count(line => line.Contains(":arp", StringComparison.Ordinal)));
        Assert.Equal(3465, lines.Count(line => line.Contains("0x0800", StringComparison.Ordinal)));
        Assert.Equal(1501, lines.Count(line => line.Contains("0x86dd", StringComparison.Ordinal)));
        Assert.Equal(306 + 1479, lines.Count(line => line.Contains(":tcp", StringComparison.Ordinal)));
        Assert.Equal(12, lines.Count(line => line.Contains(":dns", StringComparison.Ordinal)));
    }

    private static string[] Fields(string path) => Lines("-r", path, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len", "-e", "eth.type", "-e", "frame.protocols", "-e", "_ws.col.Info");

    private static string[] Lines(params string[] arguments)
    {
        (int exitCode, string output, string errors) = Tool.Run("tshark", arguments);
        Assert.Equal(0, exitCode);

        // As root it says that this is dangerous; anything else is about the file.
        Assert.DoesNotContain(errors.Split('\n'), line => line.Length > 0 && !line.StartsWith("Running as user", StringComparison.Ordinal));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
