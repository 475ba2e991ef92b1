using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>Ports by name, in pairs and alone.</summary>
public sealed class PortTests
{
    private const long Frames = 50_000;

    [Theory]
    [InlineData("io")]
    [InlineData("mac-swap")]
    [InlineData("mac-rewrite")]
    public async Task ALonePortSendsBackToItselfAndEndsWithItsSource(string mode)
    {
        using Run run = await Run.ForwarderToEnd("--port", $"null:rx={Frames}", "--mode", mode, "--json");

        Assert.Equal(0, run.ExitCode);
        run.Json.AssertAddsUp();
        Assert.Equal(Frames, run.Json.Count("rx_packets"));
        Assert.Equal(Frames, run.Json.Count("tx_packets"));
    }

    [Fact]
    public async Task PortsPairUp()
    {
        using Run run = await Run.ForwarderToEnd("--port", "null:rx=1000", "--port", "null:rx=2000", "--port", "null:rx=0", "--port", "null:rx=4000", "--json");

        Assert.Equal(0, run.ExitCode);
        run.Json.AssertAddsUp();
        long[] sent = [.. run.Json.GetProperty("ports").EnumerateArray().Select(port => port.Count("tx_packets"))];
        Assert.Equal([2000, 1000, 4000, 0], sent);
    }

    [Theory]
    [InlineData("adaptive")]
    [InlineData("pause")]
    [InlineData("busy")]
    [InlineData("block")]
    public async Task ThroughARingAcrossWorkers(string idle)
    {
        // One source, the ends of a cable, one sink: the source pairs with an end, the other end with the sink.
        using Run run = await Run.ForwarderToEnd(
            "--port", $"gen:count={Frames}", "--port", "ring:cable", "--port", "ring:cable", "--port", "null:rx=0", "--idle", idle, "--retries", "100000", "--json");

        Assert.Equal(0, run.ExitCode);
        run.Json.AssertAddsUp();
        long[] received = [.. run.Json.GetProperty("ports").EnumerateArray().Select(port => port.Count("rx_packets"))];
        long[] sent = [.. run.Json.GetProperty("ports").EnumerateArray().Select(port => port.Count("tx_packets"))];
        Assert.Equal(Frames, received[0]);
        Assert.Equal(sent[1], received[2]);
        Assert.Equal(received[2], sent[3]);
        Assert.True(sent[3] > 0);
    }

    [Fact]
    public async Task StopsAfterAsManyPackets()
    {
        const long Limit = 100_000;
        using Run run = await Run.ForwarderToEnd("--port", "null", "--packets", $"{Limit}", "--json");

        Assert.Equal(0, run.ExitCode);
        run.Json.AssertAddsUp();
        Assert.True(run.Json.Count("rx_packets") >= Limit);
    }

    [Fact]
    public async Task PinnedWorkersSayWhere()
    {
        int core = CpuAffinity.Allowed[^1];
        using Run run = await Run.ForwarderToEnd("--port", "null:rx=1000", "--cores", $"{core}");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"core {core}, polls null:rx=1000:0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HugepagesAreGivenBack()
    {
        Assert.SkipUnless(HugePages.Free >= 16, $"needs 16 free hugepages of 2 MiB, and {HugePages.Free} are free (sysctl vm.nr_hugepages=64)");
        int free = HugePages.Free;

        using Run run = await Run.ForwarderToEnd("--port", "null:rx=100000", "--pages", "2m");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("2-MiB hugepages", run.Output, StringComparison.OrdinalIgnoreCase);
        await HugePages.WaitUntilFreeAsync(free);
    }
}
