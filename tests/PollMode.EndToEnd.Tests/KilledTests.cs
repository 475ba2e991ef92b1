using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PollMode.Testing;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The forwarder is killed in the middle of its traffic, again and again: the host is as it was found, the next start works, and a peer that lives on has lost nothing.</summary>
public sealed partial class KilledTests
{
    private const int Rounds = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("")]
    [InlineData(",persist=true")]
    [InlineData(",open=attach")]
    public async Task TapAndPacketSocketsLeaveNothing(string keys)
    {
        HostRights.NeedNamespaces();
        HostRights.NeedProgram("ping");
        Requires.Path("/dev/net/tun");
        using var left = new HostNamespace("l");
        using var right = new HostNamespace("r");
        right.Ip("link", "add", "name", "wire0", "type", "veth", "peer", "name", "v");
        right.Ip("link", "set", "dev", "wire0", "up");
        right.Ip("link", "set", "dev", "v", "up");
        right.Ip("addr", "add", "10.9.0.2/24", "dev", "v");

        // The kernel notes that a link came up a moment later.
        await Until(() => right.Ip("link", "show", "wire0").Contains("state UP", StringComparison.Ordinal), () => "wire0 did not come up");
        string found = right.Ip("-d", "link", "show", "wire0");
        Assert.Contains("promiscuity 0", found, StringComparison.Ordinal);
        if (keys == ",open=attach")
        {
            left.Ip("tuntap", "add", "dev", "tap0", "mode", "tap");
        }

        for (int round = 0; round < Rounds; round++)
        {
            using Run run = Run.Forwarder("--port", $"tap:tap0,netns={left.Name},mac=02:00:00:00:00:01{keys}", "--port", $"af_packet:wire0,netns={right.Name},queues=2");
            await run.WaitFor("worker 0");
            _ = left.Run("ip", "addr", "add", "10.9.0.1/24", "dev", "tap0");
            (int exitCode, string output) = left.Run("ping", "-c", "3", "-i", "0.02", "-W", "20", "10.9.0.2");
            Assert.True(exitCode == 0 && output.Contains("3 received", StringComparison.Ordinal), output);
            Assert.Contains("promiscuity 2", right.Ip("-d", "link", "show", "wire0"), StringComparison.Ordinal);
            using HostCommand traffic = left.Start("ping", "-i", "0.002", "10.9.0.2");
            Assert.True(traffic.WaitForOutput("icmp_seq=20", Patience), traffic.Output);
            await run.Signal("KILL");
            await run.End();

            Assert.Equal(found, right.Ip("-d", "link", "show", "wire0"));
            Assert.Single(right.Run("cat", "/proc/net/packet").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(keys.Length > 0, left.Ip("-o", "link").Contains("tap0", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task AKilledMemifServerIsReplacedAndItsClientGoesOn()
    {
        using var folder = new Folder();
        string socket = folder.File("memif.sock");
        using Run client = Run.Forwarder("--port", $"memif:{socket}", "--port", "gen:rate=100000", "--json");
        var before = new Resources();
        for (int round = 0; round < Rounds; round++)
        {
            using Run server = Run.Forwarder("--port", $"memif:{socket},role=server", "--port", "null:rx=0", "--stats", "1");
            await WaitForTraffic(server);
            before = round == 0 ? Resources.Of(client) : before;
            await server.Signal("KILL");
            await server.End();
            Assert.True(File.Exists(socket));
        }

        await before.Regained(client);
        JsonElement end = await client.Finish();
        Assert.Equal(Rounds, end.GetProperty("ports")[0].GetProperty("counters").GetProperty("connections").GetInt64());

        // One that is ended as it should be takes the file with it.
        using Run last = Run.Forwarder("--port", $"memif:{socket},role=server", "--port", "null:rx=0");
        await last.WaitFor("worker 0");
        await last.Signal("TERM");
        Assert.Equal(0, (await last.End()).ExitCode);
        Assert.False(File.Exists(socket));
    }

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public async Task AKilledMemifClientLeavesItsServerNothing(string zeroCopy)
    {
        using var folder = new Folder();
        string socket = folder.File("memif.sock");
        using Run server = Run.Forwarder("--port", $"memif:{socket},role=server", "--port", "gen:rate=100000", "--json");
        var before = new Resources();
        for (int round = 0; round <= Rounds; round++)
        {
            using Run client = Run.Forwarder("--port", $"memif:{socket},zero_copy={zeroCopy}", "--port", "null:rx=0", "--stats", "1");
            await WaitForTraffic(client);
            Assert.Contains("pollmode-", Resources.Of(server).Maps, StringComparison.Ordinal);
            await client.Signal("KILL");
            await client.End();

            // With its first connection the runtime has opened what it needs for itself.
            before = round == 0 ? await Resources.WhenSteady(server) : before;
        }

        // The memory of the dead was mapped here. Not a page of it is left.
        await before.Regained(server);
        Assert.DoesNotContain("pollmode-", Resources.Of(server).Maps, StringComparison.Ordinal);
        JsonElement end = await server.Finish();
        Assert.Equal(Rounds + 1, end.GetProperty("ports")[0].GetProperty("counters").GetProperty("connections").GetInt64());
    }

    [Theory]
    [InlineData("role=server", "zero_copy=on")]
    [InlineData("role=server", "zero_copy=off")]
    [InlineData("zero_copy=on", "role=server")]
    [InlineData("zero_copy=off", "role=server")]
    public async Task BuffersComeHomeFromAKilledPeerWhileTheSurvivorRunsOn(string survivor, string peer)
    {
        const int RingSize = 1024;
        const int Bursts = 256;
        using var folder = new Folder();
        string socket = folder.File("memif.sock");
        using Run alive = Run.Forwarder("--port", $"memif:{socket},{survivor}", "--port", "gen:rate=100000", "--stats", "0.1");
        int capacity = 0;
        for (int round = 0; round < 2; round++)
        {
            using Run dying = Run.Forwarder("--port", $"memif:{socket},{peer}", "--port", "gen:rate=100000", "--stats", "0.1");
            await WaitForTraffic(dying);

            // Without a copy the rings hold buffers: an empty one in almost every slot to receive with, and those that were sent.
            PoolSample[] working = await PoolSample.Next(alive, 3);
            capacity = round == 0 ? working[0].Capacity : capacity;
            (int least, int most) = survivor == "zero_copy=on" ? (RingSize - Bursts, (2 * RingSize) + Bursts) : (0, Bursts);
            Assert.All(working, sample => Assert.InRange(sample.InFlight, least, most));
            await dying.Signal("KILL");
            await dying.End();

            // All come home, and what the generator goes on making does not pile up.
            int killed = PoolSample.All(alive).Length;
            await Until(() => PoolSample.All(alive)[killed..].Any(sample => sample.InFlight == 0), () => $"buffers stay away:\n{alive.Output}{alive.Errors}");
            PoolSample[] alone = await PoolSample.Next(alive, 3);
            Assert.All(alone, sample => Assert.InRange(sample.InFlight, 0, Bursts));
            Assert.All([.. working, .. alone], sample => Assert.Equal(capacity, sample.Capacity));
        }

        await alive.Signal("TERM");
        Assert.Equal(0, (await alive.End()).ExitCode);
        Assert.Contains(" buffers, 0 not home", alive.Output, StringComparison.Ordinal);
    }

    private static Task WaitForTraffic(Run run) => Until(() => Received().IsMatch(run.Output), () => $"nothing was received:\n{run.Output}{run.Errors}");

    private static async Task Until(Func<bool> holds, Func<string> otherwise)
    {
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!holds())
        {
            Assert.True(Environment.TickCount64 < deadline, otherwise());
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex("received [1-9]", RegexOptions.None, 1000)]
    private static partial Regex Received();

    [GeneratedRegex(@"pool (\d+)/(\d+) in flight", RegexOptions.None, 1000)]
    private static partial Regex Pool();

    /// <summary>What a forwarder said of its pool in one of its regular lines.</summary>
    private sealed record PoolSample(int InFlight, int Capacity)
    {
        public static PoolSample[] All(Run run) => [.. Pool().Matches(run.Output).Select(line => new PoolSample(Number(line, 1), Number(line, 2)))];

        /// <summary>Waits for so many more; the first line to come may have been begun before.</summary>
        public static async Task<PoolSample[]> Next(Run run, int count)
        {
            int seen = All(run).Length + 1;
            await Until(() => All(run).Length >= seen + count, () => $"no more lines come:\n{run.Output}{run.Errors}");
            return All(run)[seen..(seen + count)];
        }

        private static int Number(Match line, int group) => int.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>What a process holds: descriptors, and shared memory that it has mapped.</summary>
    private sealed record Resources(int Descriptors = 0, string Maps = "")
    {
        public static Resources Of(Run run)
        {
            string process = $"/proc/{run.Id.ToString(CultureInfo.InvariantCulture)}";
            return new Resources(
                Directory.GetFiles(process + "/fd").Length,
                string.Join('\n', File.ReadAllLines(process + "/maps").Where(line => line.Contains("memfd:pollmode", StringComparison.Ordinal)).Select(line => line.Split('/')[^1])));
        }

        public static async Task<Resources> WhenSteady(Run run)
        {
            Resources last = Of(run);
            for (int looks = 0; looks < 20; looks++)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
                Resources now = Of(run);
                looks = now == last && now.Descriptors > 10 ? looks : 0;
                last = now;
            }

            return last;
        }

        /// <summary>Waits until a process holds no more than this; the runtime itself may have opened a few descriptors.</summary>
        public Task Regained(Run run) => Until(
            () => Of(run) is var now && now.Descriptors <= Descriptors + 2 && now.Maps.Length <= Maps.Length, () => $"{Of(run)} instead of {this}");
    }
}
