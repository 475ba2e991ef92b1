using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The forwarder without ports: no root, no NIC.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task JsonIsTheOnlyOutputAndAddsUp()
    {
        using Run run = await Run.ForwarderToEnd("--duration", "2", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Errors);
        Assert.Single(run.Lines);
        run.Json.AssertAddsUp();
        Assert.True(run.Json.Count("tx_packets") > 0);
        Assert.True(run.Json.GetProperty("seconds").GetDouble() >= 2);
    }

    [Fact]
    public async Task ALongerRunAllocatesNothingPerPacket()
    {
        // Beyond the warm-up of 1.5 seconds only what the runtime does on its own account may allocate: far less than a byte a packet.
        using Run run = await Run.ForwarderToEnd("--duration", "4", "--json");

        Assert.Equal(0, run.ExitCode);
        long packets = run.Json.Count("rx_packets");
        Assert.True(packets > 10_000, $"{packets} packets");
        Assert.InRange(run.Json.Count("allocated_bytes"), 0, packets / 100);
        Assert.Equal(0, run.Json.Count("gc_collections"));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task ASignalDrainsAndPrintsTheTotals(string signal)
    {
        using Run run = Run.Forwarder("--duration", "600", "--stats", "0.2");
        await run.WaitFor("Mpps");
        await run.Signal(signal);
        await run.End();

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Errors);
        Assert.Contains("all ports: received", run.Output, StringComparison.Ordinal);
        Assert.Contains(" 0 not home", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASignalEndsAJsonRunWithItsObject()
    {
        using Run run = Run.Forwarder("--port", "gen", "--port", "null:rx=0", "--json");

        // Nothing is printed while it runs; whether the signal comes early or late, there must be a report or the default end of a process that was still starting.
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        await run.Signal("INT");
        await run.End();

        Assert.Equal(0, run.ExitCode);
        run.Json.AssertAddsUp();
    }

    [Fact]
    public async Task PlainLinesWhenTheOutputIsNoTerminal()
    {
        using Run run = await Run.ForwarderToEnd("--duration", "2", "--stats", "0.5");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain('\x1b', run.Output);
        string[] lines = [.. run.Lines.Where(line => line.Contains("% of polls empty", StringComparison.Ordinal))];
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            foreach (string part in (string[])["Mpps", "Gbit/s", "dropped", "in flight"])
            {
                Assert.Contains(part, line, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public async Task HelpAndDriversTeach()
    {
        using Run help = await Run.ForwarderToEnd("--help");
        Assert.Equal(0, help.ExitCode);
        foreach (string option in (string[])["--port", "--mode", "--burst", "--cores", "--duration", "--packets", "--stats", "--json", "--list-drivers"])
        {
            Assert.Contains(option, help.Output, StringComparison.Ordinal);
        }

        using Run drivers = await Run.ForwarderToEnd("--list-drivers");
        Assert.Equal(0, drivers.ExitCode);
        foreach (string driver in (string[])["null", "ring:", "gen", "pcap:"])
        {
            Assert.Contains(drivers.Lines, line => line.StartsWith(driver, StringComparison.Ordinal));
        }
    }
}
