using System.Net;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Tap.Tests;

/// <summary>Two namespaces whose only wire is an engine between two TAP interfaces: the kernel's own programs talk across it.</summary>
public sealed class TapEngineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static DriverRegistry Drivers { get; } = new DriverRegistry().Add(new TapDriver());

    [Theory]
    [InlineData("")]
    [InlineData(",offload=checksum")]
    [InlineData(",offload=segmentation")]
    [InlineData(",mtu=9000")]
    [InlineData(",queues=2")]
    public void Ping_and_tcp_cross_the_engine(string keys)
    {
        HostRights.NeedNamespaces();
        using var left = new HostNamespace("l");
        using var right = new HostNamespace("r");
        using var engine = new RunningEngine(Drivers, $"tap:tap0,netns={left.Name}{keys}", $"tap:tap0,netns={right.Name}{keys}");
        left.Ip("addr", "add", "10.9.0.1/24", "dev", "tap0");
        right.Ip("addr", "add", "10.9.0.2/24", "dev", "tap0");

        (int exitCode, string output) = left.Run("ping", "-c", "5", "-i", "0.05", "-W", "10", "-s", keys.Contains("9000", StringComparison.Ordinal) ? "8900" : "1400", "10.9.0.2");
        Assert.True(exitCode == 0 && output.Contains("5 received", StringComparison.Ordinal), output);
        Assert.True(NamespaceSocket.EchoesIntact(right, IPAddress.Parse("10.9.0.2"), left, 4_000_000, Patience));

        EngineStatistics statistics = engine.Finish();
        Assert.All(statistics.Ports, port => Assert.Equal(0, port.Receive.Sum(queue => queue.Errors) + port.Transmit.Sum(queue => queue.Errors)));
    }

    [Theory]
    [InlineData("10.9.0", "24", PacketFlags.SegmentTcpV4)]
    [InlineData("fd09::", "64", PacketFlags.SegmentTcpV6)]
    public void Segmentation_offload_carries_frames_larger_than_a_buffer(string net, string prefix, PacketFlags kind)
    {
        HostRights.NeedNamespaces();
        using var left = new HostNamespace("l");
        using var right = new HostNamespace("r");
        var longest = new LongestFrameStage();
        using var engine = new RunningEngine(
            Drivers, null, pipeline => pipeline.Use(() => longest), $"tap:tap0,netns={left.Name},offload=segmentation", $"tap:tap0,netns={right.Name},offload=segmentation");
        string dot = kind == PacketFlags.SegmentTcpV4 ? "." : string.Empty;
        string[] once = kind == PacketFlags.SegmentTcpV4 ? [] : ["nodad"];
        left.Ip(["addr", "add", $"{net}{dot}1/{prefix}", "dev", "tap0", .. once]);
        right.Ip(["addr", "add", $"{net}{dot}2/{prefix}", "dev", "tap0", .. once]);
        Assert.True(NamespaceSocket.EchoesIntact(right, IPAddress.Parse($"{net}{dot}2"), left, 16_000_000, Patience));
        engine.Finish();

        // How many are large is the kernel's affair, and the hour's: it makes them of what a socket has waiting.
        Assert.True(longest.Bytes > 2048, $"the longest frame had {longest.Bytes} bytes");
        Assert.Equal(kind | PacketFlags.TxChecksumPartial, longest.Requests & ~PacketFlags.SegmentEcn);
    }

    [Fact]
    public void Iperf3_crosses_the_engine()
    {
        HostRights.NeedNamespaces();
        HostRights.NeedProgram("iperf3");
        using var left = new HostNamespace("l");
        using var right = new HostNamespace("r");
        using var engine = new RunningEngine(Drivers, $"tap:tap0,netns={left.Name}", $"tap:tap0,netns={right.Name}");
        left.Ip("addr", "add", "10.9.0.1/24", "dev", "tap0");
        right.Ip("addr", "add", "10.9.0.2/24", "dev", "tap0");
        using HostCommand server = right.Start("iperf3", "-s", "-1", "--forceflush");
        Assert.True(server.WaitForOutput("Server listening", Patience), server.Output);
        (int exitCode, string output) = left.Run("iperf3", "-c", "10.9.0.2", "-n", "20M");
        Assert.True(exitCode == 0, output);
        Assert.True(server.WaitForExit(Patience), server.Output);
        EngineStatistics statistics = engine.Finish();
        long bytes = statistics.Ports[0].Receive.Sum(queue => queue.Bytes);

        // The client may end before its last bytes have crossed.
        Assert.True(bytes > 10_000_000, $"{bytes} bytes: {output}");
    }

    [Fact]
    public void A_deleted_device_is_gone_and_its_buffers_come_home()
    {
        HostRights.NeedNamespaces();
        using var left = new HostNamespace("l");
        using var right = new HostNamespace("r");
        using var engine = new RunningEngine(Drivers, $"tap:tap0,netns={left.Name}", $"tap:tap0,netns={right.Name}");
        left.Ip("addr", "add", "10.9.0.1/24", "dev", "tap0");
        right.Ip("addr", "add", "10.9.0.2/24", "dev", "tap0");
        using HostCommand pings = left.Start("ping", "-i", "0.01", "10.9.0.2");
        Assert.True(SpinWait.SpinUntil(() => engine.ReceivedBy(1) > 10, Patience));
        right.Ip("link", "del", "tap0");
        Assert.True(SpinWait.SpinUntil(() => engine[1].Link == LinkState.Gone, Patience));
        long before = engine.ReceivedBy(0);
        Assert.True(SpinWait.SpinUntil(() => engine.ReceivedBy(0) > before, Patience));
        engine.Finish();
    }
}
