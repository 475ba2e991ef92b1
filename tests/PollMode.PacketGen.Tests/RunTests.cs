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

    [Theory]
    [InlineData("INT", 0)]
    [InlineData("INT", 500)]
    [InlineData("TERM", 100)]
    public void An_interrupt_prints_the_result_so_far(string signal, int milliseconds)
    {
        using HostCommand program = HostCommand.Start(PacketGen.Path, "--port", "ring:a", "--rate", "1kpps", "--idle", "adaptive");
        Assert.True(program.WaitForOutput("memory", TimeSpan.FromMinutes(1)), program.Output);
        Thread.Sleep(milliseconds);
        program.Signal(signal);
        Assert.True(program.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.Contains("Interrupted; this is the result so far.", program.Output, StringComparison.Ordinal);
        Assert.Contains("packets left, which is what was sent", program.Output, StringComparison.Ordinal);
        Assert.Equal(0, program.ExitCode);
    }

    [Fact]
    public void An_interrupt_of_a_replay_prints_the_result_so_far()
    {
        string capture = Path.Combine(_folder, "in.pcap");
        (int exitCode, string output) = PacketGen.Run("--tx", $"pcap:,tx={capture}", "--tx-only", "--rate", "20kpps", "--packets", "300");
        Assert.True(exitCode == 0, output);
        using HostCommand program = HostCommand.Start(PacketGen.Path, "replay", capture, "--port", "ring:a", "--rate", "100pps", "--idle", "adaptive");
        Assert.True(program.WaitForOutput("worker 0", TimeSpan.FromMinutes(1)), program.Output);
        program.Signal("INT");
        Assert.True(program.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.Contains("Interrupted; this is the result so far.", program.Output, StringComparison.Ordinal);
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
        (int exitCode, string output) = PacketGen.Run("--port", "ring:a", "--rate", "20kpps", "--packets", "16000", "--spacing", "poisson", "--report", file, "--hdr", hdr);
        Assert.True(exitCode == 0, output);
        string page = File.ReadAllText(file);
        Assert.Equal(3, page.Split("<svg").Length - 1);
        foreach (string forbidden in new[] { "http:", "https:", "src=", "<script", "<link", "@import", "NaN", "Infinity" })
        {
            Assert.DoesNotContain(forbidden, page, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("Total count    =        16000", File.ReadAllText(hdr), StringComparison.Ordinal);
    }

    [Fact]
    public void A_capture_is_sent_as_often_as_asked_for_and_as_it_was()
    {
        string capture = Path.Combine(_folder, "in.pcap");
        string copy = Path.Combine(_folder, "out.pcap");
        (int exitCode, string output) = PacketGen.Run("--tx", $"pcap:,tx={capture}", "--tx-only", "--rate", "20kpps", "--packets", "300", "--size", "64-1518");
        Assert.True(exitCode == 0, output);
        (exitCode, output) = PacketGen.Run("replay", capture, "--tx", $"pcap:,tx={copy}", "--rate", "30kpps", "--loop", "3");
        Assert.True(exitCode == 0, output);
        byte[] first = File.ReadAllBytes(capture);
        Assert.Equal((first.Length - 24) * 3, new FileInfo(copy).Length - 24);
        (exitCode, output) = PacketGen.Run("replay", capture, "--tx", "null:rx=0", "--speed", "2");
        Assert.True(exitCode == 0, output);
        Assert.Contains("The port says that 300 packets left", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_comes_back_of_a_capture_is_counted()
    {
        string capture = Path.Combine(_folder, "in.pcap");
        (int exitCode, string output) = PacketGen.Run("--tx", $"pcap:,tx={capture}", "--tx-only", "--rate", "20kpps", "--packets", "300", "--no-signature");
        Assert.True(exitCode == 0, output);
        JsonElement report = PacketGen.Json("replay", capture, "--port", "ring:a", "--rate", "20kpps", "--loop", "2", "--expect", "lost==0");
        Assert.Equal((600, 600, 0), (report.Count("sent"), report.Count("received"), report.Count("lost")));
        report = PacketGen.Json("replay", capture, "--port", "fault:loss=10%,seed=4+ring:a", "--rate", "20kpps", "--settle", "200ms");
        Assert.InRange(report.Count("lost"), 10, 60);
        Assert.Equal(300, report.Count("received") + report.Count("lost"));
    }

    [Theory]
    [InlineData()]
    [InlineData("run")]
    public void Without_a_port_it_shows_how_it_works(params string[] command)
    {
        (int exitCode, string output) = PacketGen.Run([.. command, "--rate", "10kpps", "--packets", "2000"]);
        Assert.Equal(0, exitCode);
        Assert.Contains("No port is named, so packets go through a ring in this process: --port ring:demo.", output, StringComparison.Ordinal);
        Assert.Contains("The port says that 2,000 packets left, which is what was sent.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_has_what_it_takes_to_do_the_run_again()
    {
        string first = Path.Combine(_folder, "first.pcap");
        string again = Path.Combine(_folder, "again.pcap");
        string profile = Path.Combine(_folder, "profile.json");
        JsonElement report = PacketGen.Json(
            "--tx", $"pcap:,tx={first}", "--tx-only", "--rate", "20kpps", "--packets", "500", "--no-signature", "--seed", "77", "--size", "64-1518", "--payload", "random", "--flows", "9", "--set", "ip.dst=random:10.0.0.0-10.0.0.255");
        Assert.Equal(1, report.GetProperty("format").GetInt32());
        Assert.Equal(77, report.GetProperty("seed").GetInt64());
        Assert.Contains("--seed", report.GetProperty("arguments").EnumerateArray().Select(word => word.GetString()));
        foreach (string name in new[] { "version", "runtime", "host", "kernel", "processor" })
        {
            Assert.NotEqual(string.Empty, report.GetProperty("machine").GetProperty(name).GetString());
        }

        File.WriteAllText(profile, report.GetProperty("profile").GetRawText());
        (int exitCode, string output) = PacketGen.Run("--tx", $"pcap:,tx={again}", "--tx-only", "--profile", profile);
        Assert.True(exitCode == 0, output);
        Assert.Equal(Frames(first), Frames(again));
    }

    [Fact]
    public void The_profile_in_the_handbook_runs()
    {
        string profile = Path.Combine(_folder, "handbook.json");
        File.WriteAllText(profile, Handbook.FirstBlock("json"));
        (int exitCode, string output) = PacketGen.Run("--port", "ring:a", "--profile", profile, "--duration", "300ms", "--csv");
        Assert.True(exitCode == 0, output);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["\"voice\"", "\"bulk\"", "\"tagged\""], lines.Skip(1).Select(line => line.Split(',')[0]));
        Assert.Contains(lines[0], Handbook.Text.ReplaceLineEndings(string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>The frames of a capture, without the times at which they were written.</summary>
    private static List<string> Frames(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        var frames = new List<string>();
        for (int at = 24; at < bytes.Length;)
        {
            int length = BitConverter.ToInt32(bytes, at + 8);
            frames.Add(Convert.ToHexString(bytes, at + 16, length));
            at += 16 + length;
        }

        return frames;
    }
}
