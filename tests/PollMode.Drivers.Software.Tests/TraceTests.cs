using Xunit;

namespace PollMode.Drivers.Software.Tests;

public sealed class TraceTests
{
    private static readonly DriverRegistry Drivers = new DriverRegistry().AddSoftwareDrivers();

    [Fact]
    public async Task Every_step_of_the_first_packets_is_told()
    {
        string[] lines = await Trace(
            ["trace:packets=2,file=FILE+gen:count=10", "null:rx=0"],
            new BurstStage("look", static (ref burst) => { }),
            new BurstStage("edit", static (ref burst) =>
            {
                for (int i = 0; i < burst.Count; i++)
                {
                    // Whatever a stage does to an application's own fields, the trace goes on.
                    Packet packet = burst[i];
                    packet.UserWord = 4711;
                    packet.Flags = PacketFlags.None;
                    packet.Span[6] = 0xEE;
                }
            }),
            new BurstStage("gate", static (ref burst) =>
            {
                burst.Drop(1, DropReason.Filtered);
                burst.SendTo(0, 1);
            }));
        Assert.Equal(
            [
                "2 packet(s) followed from trace:packets=2,file=FILE+gen:count=10",
                string.Empty,
                "packet 1",
                "  port 0, gen:count=10     64 bytes  received: 020000000002020000000001" + "08004500...",
                "  look                     64 bytes  unchanged",
                "  edit                     64 bytes  edited: 6..6 ee",
                "  gate                     64 bytes  unchanged",
                "  port 1, null:rx=0        64 bytes  sent",
                string.Empty,
                "packet 2",
                "  port 0, gen:count=10     64 bytes  received: 020000000002020000000001" + "08004500...",
                "  look                     64 bytes  unchanged",
                "  edit                     64 bytes  edited: 6..6 ee",
                "  gate                               dropped: filtered",
            ],
            lines);
    }

    [Fact]
    public async Task A_packet_is_followed_across_rings_and_workers()
    {
        // Worker 1 polls port 2 and so owns the transmit queue of its partner, port 3: worker 0 hands over to it.
        string[] lines = await Trace(
            ["trace:packets=1,file=FILE+gen:count=5", "null:rx=0", "ring:a", "ring:a"],
            new BurstStage("choose", static (ref burst) => burst.SendTo(burst.RxPort == 0 ? 3 : 1)));
        AssertActions(lines, "received", "unchanged, to port 3", "handed to the worker that sends", "sent", "unchanged, to port 1", "sent");
        Assert.StartsWith("  port 1", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_port_and_a_missing_one_are_told_as_the_end()
    {
        string[] full = await Trace(["trace:file=FILE+gen:count=1", "fault:tx_full=100%+null:rx=0"]);
        Assert.Equal("dropped: tx_full", Action(full[^1]));
        string[] missing = await Trace(["trace:file=FILE+gen:count=1", "null:rx=0"], new BurstStage("nowhere", static (ref burst) => burst.SendTo(Burst.NoPort)));
        AssertActions(missing, "received", "unchanged, to port -1", "dropped: no_egress");
    }

    [Fact]
    public async Task Copies_and_packets_that_a_stage_keeps_are_told_apart()
    {
        var kept = new List<DetachedPacket>();
        string[] lines = await Trace(
            ["trace:packets=1,file=FILE+gen:count=1", "null:rx=0"],
            new BurstStage("keep", (ref burst) => kept.Add(burst[0].Clone().Detach())),
            new BurstStage("edit", static (ref burst) =>
            {
                Assert.True(burst.TryMakeWritable(0));
                burst[0].Span[0] ^= 1;
            }),
            new BurstStage("take", (ref burst) => kept.Add(burst.Take(0).Detach())),
            new BurstStage("free", (ref burst) => kept.ForEach(packet => packet.Dispose())));
        AssertActions(lines, "received", "unchanged", "copied, edited", "taken");
    }

    [Fact]
    public async Task A_stage_that_throws_is_told()
    {
        string[] lines = await Trace(
            ["trace:packets=1,file=FILE+gen:count=1", "null:rx=0"],
            new BurstStage("broken", static (ref burst) => throw new InvalidOperationException("broken on purpose")));
        AssertActions(lines, "received", "dropped: stage_fault");
        Assert.StartsWith("  broken", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trace:file=/no/such/folder/trace.txt+null", "/no/such/folder/trace.txt")]
    [InlineData("trace:packets=0+null", "packets=0")]
    [InlineData("trace:eth0+null", "names a device")]
    public void Wrong_options_are_refused(string spec, string said)
    {
        using var engine = new Engine(new EngineOptions { Ports = [spec], LargestPages = PageKind.Small4KiB }, Drivers);
        Assert.Contains(said, Assert.Throws<PollModeException>(engine.Open).Message, StringComparison.Ordinal);
    }

    private static void AssertActions(string[] lines, params string[] actions) => Assert.Equal(actions, lines.Skip(3).Select(Action), StringComparer.Ordinal);

    /// <summary>What was done, without the bytes.</summary>
    private static string Action(string line)
    {
        string[] parts = line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts[^1].StartsWith("dropped", StringComparison.Ordinal) ? parts[^1] : parts[^1].Split(':')[0];
    }

    /// <summary>Runs an engine to the end of its source and gives the lines of the trace file.</summary>
    private static async Task<string[]> Trace(string[] ports, params IStage[] stages)
    {
        string file = Path.GetTempFileName();
        try
        {
            var options = new EngineOptions
            {
                Ports = [.. ports.Select(port => port.Replace("FILE", file, StringComparison.Ordinal))],
                Egress = [.. Enumerable.Range(0, ports.Length).Select(port => port ^ 1)],
                Workers = ports.Length / 2,
                LargestPages = PageKind.Small4KiB,
                BuffersPerWorker = 4096,
            };
            using (var engine = new Engine(options, Drivers, pipeline => Array.ForEach(stages, stage => pipeline.Use(() => stage))))
            {
                engine.Open();
                engine.Start();
                await engine.Completion.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
                Assert.True(engine.Stop(TimeSpan.FromSeconds(30)));
                engine.Dispose();
                Assert.Equal(0, engine.Statistics.PoolInFlight);
            }

            string[] lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
            return [.. lines.Select(line => line.Replace(file, "FILE", StringComparison.Ordinal))];
        }
        finally
        {
            File.Delete(file);
        }
    }
}
