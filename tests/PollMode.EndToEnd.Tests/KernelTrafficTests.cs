using System.Globalization;
using System.Net;
using System.Text.Json;
using PollMode.Testing;
using Xunit;

namespace PollMode.EndToEnd.Tests;

/// <summary>The kernel's TCP goes its way through the forwarder, from a TAP interface to ports of other drivers, and arrives as it left.</summary>
public sealed class KernelTrafficTests
{
    private const long Bytes = 200L << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly IPAddress Address = IPAddress.Parse("10.9.0.2");

    [Theory]
    [InlineData("")]
    [InlineData(",offload=checksum")]
    [InlineData(",offload=segmentation")]
    public async Task FromTapToAfXdp(string offload)
    {
        Need();
        using var hosts = new TwoHosts();
        hosts.Right.Connect("v", hosts.Middle, "ma");

        // A veth hands frames over without checksums and in pieces of 64 KiB, and XDP is not told; a wire would not.
        foreach ((HostNamespace space, string name) in new[] { (hosts.Right, "v"), (hosts.Middle, "ma") })
        {
            (int exitCode, string output) = space.Run("ethtool", "-K", name, "tx", "off", "tso", "off", "gso", "off", "gro", "off");
            Assert.True(exitCode == 0, output);
        }

        using Run forwarder = Forward($"tap:tap0,netns={hosts.Left.Name}{offload}", $"af_xdp:ma,netns={hosts.Middle.Name},keep=none");
        await Exercise(hosts, "v", $"tap0{offload}");

        // Large segments left the kernel only where they were asked for, and were cut on the way.
        JsonElement end = await forwarder.Finish();
        long cut = end.GetProperty("ports")[1].GetProperty("counters").TryGetProperty("software_segments_cut", out JsonElement count) ? count.GetInt64() : 0;
        Assert.Equal(offload == ",offload=segmentation", cut > 0);
    }

    [Theory]
    [InlineData("", ",zero_copy=on", "adaptive")]
    [InlineData(",offload=segmentation", ",zero_copy=on", "adaptive")]
    [InlineData(",offload=segmentation", ",zero_copy=off,interrupt=true", "block")]
    public async Task FromTapToTapByMemif(string offload, string client, string idle)
    {
        Need();
        using var hosts = new TwoHosts();
        using var folder = new Folder();
        string socket = folder.File("memif.sock");
        string interrupt = client.Contains("interrupt", StringComparison.Ordinal) ? ",interrupt=true" : string.Empty;
        using Run server = Forward($"tap:tap0,netns={hosts.Right.Name}{offload}", $"memif:{socket},role=server{interrupt}", idle);
        using Run forwarder = Forward($"tap:tap0,netns={hosts.Left.Name}{offload}", $"memif:{socket}{client}", idle);
        await Exercise(hosts, "tap0", $"tap0{offload}");
        foreach (Run run in new[] { forwarder, server })
        {
            JsonElement end = await run.Finish();
            JsonElement counters = end.GetProperty("ports")[1].GetProperty("counters");
            Assert.Equal((1, 0), (counters.GetProperty("connections").GetInt64(), counters.GetProperty("protocol_violations").GetInt64()));
            Assert.Equal(offload.Length > 0, counters.TryGetProperty("software_segments_cut", out JsonElement cut) && cut.GetInt64() > 0);
        }
    }

    /// <summary>What cannot cut segments is handed none: neither a cable inside the engine, nor a capture, nor packet sockets.</summary>
    [Fact]
    public async Task LargeSegmentsAreCutBeforePortsThatCannot()
    {
        Need();
        using var hosts = new TwoHosts();
        using var folder = new Folder();
        hosts.Right.Connect("v", hosts.Middle, "ma");
        string file = folder.File("all.pcap");
        using Run forwarder = Forward(
            $"tap:tap0,netns={hosts.Left.Name},offload=segmentation", "ring:cable", "adaptive", "--port", "ring:cable", "--port", $"capture:file={file}+af_packet:ma,netns={hosts.Middle.Name}");
        await Exercise(hosts, "v", "tap0", 5 << 20);
        JsonElement end = await forwarder.Finish();
        Assert.True(end.GetProperty("ports")[1].GetProperty("counters").GetProperty("software_segments_cut").GetInt64() > 0);
        Assert.True(new FileInfo(file).Length > 10 << 20);
        Assert.All(CaptureReader.Read(file), frame => Assert.InRange(frame.Bytes.Length, 14, 1514));
    }

    private static void Need()
    {
        HostRights.NeedNamespaces();
        HostRights.NeedProgram("ping");
        HostRights.NeedProgram("iperf3");
        HostRights.NeedProgram("ethtool");
        Requires.Path("/dev/net/tun");
    }

    private static Run Forward(string first, string second, string idle = "adaptive", params string[] more) =>
        Run.Forwarder(["--port", first, "--port", second, "--idle", idle, "--json", "--retries", "1000", .. more]);

    /// <summary>ping, iperf3 both ways, and a stream of which both ends take the hash.</summary>
    private static async Task Exercise(TwoHosts hosts, string right, string left, long bytes = Bytes)
    {
        await hosts.Address(left.Split(',')[0], right);
        (int exitCode, string output) = hosts.Left.Run("ping", "-c", "10", "-i", "0.05", "-W", "20", "-s", "1400", Address.ToString());
        Assert.True(exitCode == 0 && output.Contains("10 received", StringComparison.Ordinal), output);
        using HostCommand server = hosts.Right.Start("iperf3", "-s", "--forceflush");
        Assert.True(server.WaitForOutput("Server listening", Patience), server.Output);
        foreach (string[] direction in new string[][] { [], ["-R"] })
        {
            (exitCode, output) = hosts.Left.Run("timeout", [.. new[] { "100", "iperf3", "-c", Address.ToString(), "-n", bytes.ToString(CultureInfo.InvariantCulture) }, .. direction]);
            Assert.True(exitCode == 0, output);
        }

        Assert.True(NamespaceSocket.TransfersIntact(hosts.Right, Address, hosts.Left, bytes, Patience));
    }

    /// <summary>Left and right, which have addresses, and a namespace between them.</summary>
    private sealed class TwoHosts : IDisposable
    {
        public HostNamespace Left { get; } = new("l");

        public HostNamespace Middle { get; } = new("m");

        public HostNamespace Right { get; } = new("r");

        /// <summary>Waits for both interfaces and gives them addresses.</summary>
        public async Task Address(string left, string right)
        {
            foreach ((HostNamespace space, string name, string address) in new[] { (Left, left, "10.9.0.1/24"), (Right, right, "10.9.0.2/24") })
            {
                for (int tries = 0; space.Run("ip", "addr", "add", address, "dev", name).ExitCode != 0; tries++)
                {
                    Assert.True(tries < 600, $"the interface {name} did not appear");
                    await Task.Delay(50, TestContext.Current.CancellationToken);
                }
            }
        }

        public void Dispose()
        {
            Left.Dispose();
            Middle.Dispose();
            Right.Dispose();
        }
    }
}
