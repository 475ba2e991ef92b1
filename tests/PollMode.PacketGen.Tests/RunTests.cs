using System.Text.Json;
using PollMode.Testing;
using Xunit;

namespace PollMode.PacketGen.Tests;

public sealed class RunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("packetgen").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_goes_through_a_ring_comes_back_and_the_counts_agree()
    {
        JsonElement report = PacketGen.Json("--port", "ring:a", "--rate", "40kpps", "--packets", "20000", "--flows", "100", "--size", "imix", "--expect", "loss==0%", "--expect", "p50<=100s");
        Assert.Equal((20_000, 20_000, 0), (report.Count("sent"), report.Count("received"), report.Count("lost")));
        Assert.Equal((20_000, 0), (report.Count("port_packets"), report.Count("never_left")));
        Assert.True(report.GetProperty("is_as_expected").GetBoolean());
        Assert.True(report.GetProperty("result").GetProperty("packets_per_second").GetDouble() <= 40_000 * 1.000001);
        Assert.Equal(20_000, report.GetProperty("result").GetProperty("latency").GetProperty("count").GetInt64());
    }

    [Fact]
    public void What_is_expected_and_does_not_hold_shows_in_the_exit_code()
    {
        (int exitCode, string output) = PacketGen.Run("--port", "fault:loss=5%+ring:a", "--rate", "40kpps", "--packets", "5000", "--settle", "100ms", "--expect", "loss<=0.001%", "--expect", "corrupted==0");
        Assert.Equal(3, exitCode);
        Assert.Contains("expected loss<=0.001%: DOES NOT HOLD", output, StringComparison.Ordinal);
        Assert.Contains("expected corrupted==0: holds", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupt_prints_the_result_so_far()
    {
        using HostCommand program = HostCommand.Start(PacketGen.Path, "--port", "ring:a", "--rate", "1kpps", "--idle", "adaptive");
        Assert.True(program.WaitForOutput("worker 0", TimeSpan.FromMinutes(1)), program.Output);
        Thread.Sleep(500);
        program.Signal("INT");
        Assert.True(program.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.Contains("Interrupted; this is the result so far.", program.Output, StringComparison.Ordinal);
        Assert.Contains("latency min", program.Output, StringComparison.Ordinal);
        Assert.Equal(0, program.ExitCode);
    }

    [Fact]
    public void Csv_has_a_line_for_each_stream_of_a_profile()
    {
        string profile = Path.Combine(_folder, "two.json");
        File.WriteAllText(profile, """
            { "seed": 5, "streams": [
              { "name": "voice", "rate": "5kpps", "size": "218", "packets": 500, "fields": { "ip.dsfield.dscp": "46" } },
              { "name": "bulk", "rate": "20kpps", "size": "1518", "packets": 2000, "ip": 6, "flows": 10, "spacing": "poisson" } ] }
            """);
        (int exitCode, string output) = PacketGen.Run("--port", "ring:a", "--profile", profile, "--csv");
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, exitCode);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("\"voice\",500,500,0,0,0,0,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("\"bulk\",2000,2000,0,0,0,0,", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_is_one_page_with_charts_that_needs_no_network()
    {
        string file = Path.Combine(_folder, "out.html");
        string hdr = Path.Combine(_folder, "latency.hgrm");
        (int exitCode, string output) = PacketGen.Run("--port", "ring:a", "--rate", "20kpps", "--packets", "4000", "--spacing", "poisson", "--report", file, "--hdr", hdr);
        Assert.True(exitCode == 0, output);
        string page = File.ReadAllText(file);
        Assert.Equal(3, page.Split("<svg").Length - 1);
        foreach (string forbidden in new[] { "http:", "https:", "src=", "<script", "<link", "@import", "NaN", "Infinity" })
        {
            Assert.DoesNotContain(forbidden, page, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("Total count    =         4000", File.ReadAllText(hdr), StringComparison.Ordinal);
    }

    [Fact]
    public void A_benchmark_never_finds_more_than_the_device_carries()
    {
        string file = Path.Combine(_folder, "rfc.html");
        JsonElement report = PacketGen.Json("rfc2544", "--port", "loop:rate=5kpps,queue=50", "--rate", "10kpps", "--trial", "200ms", "--sizes", "64;512", "--tests", "throughput,loss", "--repetitions", "1", "--resolution", "10", "--settle", "100ms", "--report", file);
        JsonElement[] sizes = [.. report.GetProperty("benchmarks").EnumerateArray()];
        Assert.Equal(["64", "512"], sizes.Select(size => size.GetProperty("size").GetString()));
        foreach (JsonElement size in sizes)
        {
            // The queue adds 50 packets to what a fifth of a second carries.
            Assert.InRange(size.GetProperty("throughput").GetProperty("packets_per_second").GetDouble(), 0, 5000 + 250 + 1);
            Assert.InRange(size.GetProperty("frame_loss").GetArrayLength(), 2, 10);
        }

        Assert.Contains("Throughput against frame size", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_under_test_in_the_same_process_forwards_between_its_ports()
    {
        JsonElement report = PacketGen.Json("--tx", "ring:in", "--rx", "ring:out", "--dut", "ring:in", "--dut", "ring:out", "--rate", "20kpps", "--packets", "5000");
        Assert.Equal((5000, 5000, 0), (report.Count("sent"), report.Count("received"), report.Count("lost")));
    }

    [Fact]
    public void A_capture_is_sent_as_often_as_asked_for_and_as_it_was()
    {
        string capture = Path.Combine(_folder, "in.pcap");
        string copy = Path.Combine(_folder, "out.pcap");
        (int exitCode, string output) = PacketGen.Run("--tx", $"pcap:,tx={capture}", "--tx-only", "--rate", "20kpps", "--packets", "300", "--size", "64-1518");
        Assert.True(exitCode == 0, output);
        (exitCode, output) = PacketGen.Run("replay", capture, "--tx", $"pcap:,tx={copy}", "--tx-only", "--rate", "30kpps", "--loop", "3");
        Assert.True(exitCode == 0, output);
        byte[] first = File.ReadAllBytes(capture);
        Assert.Equal((first.Length - 24) * 3, new FileInfo(copy).Length - 24);
        (exitCode, output) = PacketGen.Run("replay", capture, "--tx", "null:rx=0", "--tx-only", "--speed", "2");
        Assert.True(exitCode == 0, output);
        Assert.Contains("The port says that 300 packets left", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port ring:a --rate 0Mpps", "impossible")]
    [InlineData("--port ring:a --rate 20Mpps --line 10Gbps", "above what the line carries")]
    [InlineData("--port ring:a --rate 10%", "unknown")]
    [InlineData("--port ring:a --size 60", "60")]
    [InlineData("--port ring:a --size 64 --ip 6", "shorter than its headers and signature")]
    [InlineData("--port ring:a --set udp.srcport=60000-70000", "overflows")]
    [InlineData("--port ring:a --set ip.src=255.255.255.250+10", "overflows")]
    [InlineData("--port ring:a --set ip.nose=1", "no field 'ip.nose'")]
    [InlineData("--port ring:a --profile /nonexistent.json", "cannot be read")]
    [InlineData("--tx ring:a --rx ring:a", "both the sender and the receiver")]
    [InlineData("--port ring:a --tx-only --rx-only", "both sent and received")]
    [InlineData("--port ring:a --dut ring:b", "twice")]
    [InlineData("--port ring:a --expect nonsense", "not an expectation")]
    [InlineData("--port ring:a --spacing gamma", "not a spacing")]
    [InlineData("--port nothing:a", "no driver")]
    [InlineData("", "No port is named")]
    [InlineData("rfc2544 --port ring:a", "highest rate")]
    [InlineData("--port ring:a --packets many", "--packets")]
    public void Wrong_input_is_answered_by_one_sentence(string arguments, string expected)
    {
        (int exitCode, string output) = HostCommand.Run(PacketGen.Path, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(1, exitCode);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith(".", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_that_does_not_parse_names_the_line()
    {
        string profile = Path.Combine(_folder, "bad.json");
        File.WriteAllText(profile, "{ \"streams\": [\n { \"rate\": \"1Mpps\", \"colour\": \"red\" } ] }");
        (int exitCode, string output) = PacketGen.Run("--port", "ring:a", "--profile", profile);
        Assert.Equal(1, exitCode);
        Assert.Contains("at line 2", output, StringComparison.Ordinal);
    }
}
