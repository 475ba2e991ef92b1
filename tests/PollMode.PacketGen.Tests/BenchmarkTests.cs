using System.Text.Json;
using PollMode.Testing;
using Xunit;

namespace PollMode.PacketGen.Tests;

public sealed class BenchmarkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("packetgen").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_benchmark_never_finds_more_than_the_device_carries()
    {
        string file = Path.Combine(_folder, "rfc.html");
        JsonElement report = PacketGen.Json("rfc2544", "--port", "loop:rate=5kpps,queue=50", "--rate", "10kpps", "--trial", "200ms", "--sizes", "64,512", "--tests", "throughput,loss,back-to-back", "--repetitions", "1", "--resolution", "10", "--settle", "100ms", "--report", file, "--expect", "throughput<=5251pps", "--expect", "back-to-back<=110");
        JsonElement[] sizes = [.. report.GetProperty("benchmarks").EnumerateArray()];
        Assert.Equal(["64", "512"], sizes.Select(size => size.GetProperty("size").GetString()));
        foreach (JsonElement size in sizes)
        {
            // The queue adds 50 packets to what a fifth of a second carries.
            Assert.InRange(size.GetProperty("throughput").GetProperty("packets_per_second").GetDouble(), 0, 5000 + 250 + 1);
            Assert.InRange(size.GetProperty("frame_loss").GetArrayLength(), 2, 10);
            Assert.InRange(size.GetProperty("trials").GetArrayLength(), 5, 200);
        }

        Assert.True(report.GetProperty("is_as_expected").GetBoolean(), report.GetRawText());
        string page = File.ReadAllText(file);
        Assert.Contains("Throughput against frame size", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("<svg").Length - 1);
    }

    [Fact]
    public void What_is_expected_of_a_benchmark_is_expected_of_every_size()
    {
        (int exitCode, string output) = PacketGen.Run("rfc2544", "--port", "loop:rate=5kpps,queue=50", "--rate", "10kpps", "--trial", "100ms", "--sizes", "64,512", "--tests", "throughput", "--resolution", "20", "--settle", "100ms", "--expect", "throughput>=9kpps", "--expect", "throughput<=9kpps");
        Assert.Equal(3, exitCode);
        Assert.Contains("expected throughput>=9kpps: DOES NOT HOLD", output, StringComparison.Ordinal);
        Assert.Contains("expected throughput<=9kpps: holds", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_in_the_same_process_is_a_device_under_test()
    {
        // What the engine between the rings carries nobody knows; that far below its limit it carries all is known.
        JsonElement report = PacketGen.Json("rfc2544", "--tx", "ring:in", "--rx", "ring:out", "--dut", "ring:in", "--dut", "ring:out", "--rate", "2kpps", "--trial", "200ms", "--sizes", "64,1518", "--tests", "throughput,pdr,latency", "--repetitions", "1", "--resolution", "10");
        foreach (JsonElement size in report.GetProperty("benchmarks").EnumerateArray())
        {
            JsonElement throughput = size.GetProperty("throughput");
            Assert.True(throughput.GetProperty("percent_of_highest").GetDouble() > 0 || throughput.GetProperty("limited_by_sender").GetBoolean(), size.GetRawText());
            Assert.DoesNotContain(size.GetProperty("trials").EnumerateArray(), trial => trial.GetProperty("verdict").GetString() == "lost");
        }

        Assert.Equal(["ring:in", "ring:out"], report.GetProperty("dut").EnumerateArray().Select(port => port.GetString()));
    }

    [Fact]
    public void A_device_under_test_that_loses_packets_is_found_out()
    {
        JsonElement report = PacketGen.Json("rfc2544", "--tx", "ring:in", "--rx", "ring:out", "--dut", "fault:loss=20%,seed=3+ring:in", "--dut", "ring:out", "--rate", "5kpps", "--trial", "200ms", "--sizes", "64", "--tests", "throughput,pdr", "--pdr-tolerance", "40", "--resolution", "20", "--settle", "100ms");
        JsonElement size = report.GetProperty("benchmarks")[0];
        Assert.Equal(0, size.GetProperty("throughput").GetProperty("packets_per_second").GetDouble());
        Assert.Contains(size.GetProperty("trials").EnumerateArray(), trial => trial.GetProperty("verdict").GetString() == "lost");
        JsonElement partial = size.GetProperty("partial_drop");
        Assert.True(partial.GetProperty("limited_by_sender").GetBoolean() || partial.GetProperty("percent_of_highest").GetDouble() == 100, size.GetRawText());
    }

    [Fact]
    public void An_interrupt_prints_what_was_found_so_far()
    {
        using HostCommand program = HostCommand.Start(PacketGen.Path, "rfc2544", "--port", "loop", "--rate", "1kpps", "--trial", "300ms", "--sizes", "64,128,256,512", "--tests", "throughput,back-to-back", "--idle", "adaptive");
        Assert.True(program.WaitForOutput("back-to-back", TimeSpan.FromMinutes(1)), program.Output);
        program.Signal("INT");
        Assert.True(program.WaitForExit(TimeSpan.FromMinutes(1)));
        Assert.Equal(0, program.ExitCode);
        Assert.Contains("Interrupted; this is the result so far.", program.Output, StringComparison.Ordinal);
        Assert.Matches("frames of 64 bytes\n  throughput +(1 kpps|none|[0-9.]+ pps)", program.Output.ReplaceLineEndings("\n"));
    }
}
