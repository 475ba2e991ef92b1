using System.Net;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.AfPacket.Tests;

/// <summary>Two namespaces, each on a veth pair, whose only connection is an engine between the other ends: the kernel's own programs talk across it.</summary>
public sealed class AfPacketEngineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static DriverRegistry Drivers { get; } = new DriverRegistry().Add(new AfPacketDriver());

    [Theory]
    [InlineData("", 1500)]
    [InlineData(",offload=true", 1500)]
    [InlineData(",queues=2,fanout=lb", 1500)]
    [InlineData(",qdisc_bypass=false,promisc=true", 1500)]
    [InlineData("", 9000)]
    [InlineData(",vlan=metadata", 1500)]
    public void Ping_and_tcp_cross_the_engine(string keys, int mtu)
    {
        HostRights.NeedNamespaces();
        using var wire = new Wire(mtu);
        using RunningEngine engine = wire.Forward(Drivers, keys);
        wire.Ping(mtu - 100);
        Assert.True(NamespaceSocket.EchoesIntact(wire.Right, IPAddress.Parse("10.9.0.2"), wire.Left, 8_000_000, Patience));
        EngineStatistics statistics = engine.Finish();
        Assert.All(statistics.Ports, port => Assert.Equal(0, port.Receive.Sum(queue => queue.Errors) + port.Transmit.Sum(queue => queue.Errors)));

        // The kernel's TCP leaves checksums and segmentation to its device. Both were honoured, or no byte had come through.
        long completed = statistics.Ports.Sum(port => port.Extended.First(counter => counter.Name == "checksums_completed").Value);
        long cut = statistics.Ports.Sum(port => port.Extended.First(counter => counter.Name == "segments_cut").Value);
        Assert.Equal(!keys.Contains("offload", StringComparison.Ordinal), completed > 0);
        Assert.Equal(!keys.Contains("offload", StringComparison.Ordinal), cut > 0);
    }

    [Fact]
    public void Iperf3_crosses_the_engine()
    {
        HostRights.NeedNamespaces();
        HostRights.NeedProgram("iperf3");
        using var wire = new Wire(1500);
        using RunningEngine engine = wire.Forward(Drivers, string.Empty);
        using HostCommand server = wire.Right.Start("iperf3", "-s", "-1", "--forceflush");
        Assert.True(server.WaitForOutput("Server listening", Patience), server.Output);
        (int exitCode, string output) = wire.Left.Run("iperf3", "-c", "10.9.0.2", "-n", "20M");
        Assert.True(exitCode == 0, output);
        Assert.True(server.WaitForExit(Patience), server.Output);
        EngineStatistics statistics = engine.Finish();
        Assert.True(statistics.Ports[0].RxBytes > 10_000_000);
    }

    [Fact]
    public void An_interface_that_goes_down_comes_back_and_one_deleted_is_gone()
    {
        HostRights.NeedNamespaces();
        using var wire = new Wire(1500);
        using RunningEngine engine = wire.Forward(Drivers, string.Empty);
        wire.Ping(56);
        wire.Middle.Ip("link", "set", "dev", "mb", "down");
        Assert.True(SpinWait.SpinUntil(() => engine[1].Link == LinkState.Down, Patience));
        Assert.NotEqual(0, wire.Left.Run("ping", "-c", "2", "-i", "0.1", "-W", "1", "10.9.0.2").ExitCode);
        wire.Middle.Ip("link", "set", "dev", "mb", "up");
        Assert.True(SpinWait.SpinUntil(() => engine[1].Link == LinkState.Up, Patience));
        wire.Ping(56);
        wire.Middle.Ip("link", "del", "mb");
        Assert.True(SpinWait.SpinUntil(() => engine[1].Link == LinkState.Gone, Patience));
        Assert.NotEqual(0, wire.Left.Run("ping", "-c", "2", "-i", "0.1", "-W", "1", "10.9.0.2").ExitCode);
        engine.Finish();
    }

    /// <summary>left:v -- ma:middle:mb -- v:right.</summary>
    private sealed class Wire : IDisposable
    {
        public Wire(int mtu)
        {
            Left.Connect("v", Middle, "ma");
            Right.Connect("v", Middle, "mb");
            foreach ((HostNamespace space, string name) in new[] { (Left, "v"), (Middle, "ma"), (Middle, "mb"), (Right, "v") })
            {
                space.Ip("link", "set", "dev", name, "mtu", mtu.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            Left.Ip("addr", "add", "10.9.0.1/24", "dev", "v");
            Right.Ip("addr", "add", "10.9.0.2/24", "dev", "v");
        }

        public HostNamespace Left { get; } = new("l");

        public HostNamespace Middle { get; } = new("m");

        public HostNamespace Right { get; } = new("r");

        public RunningEngine Forward(DriverRegistry drivers, string keys) => new(drivers, $"af_packet:ma,netns={Middle.Name}{keys}", $"af_packet:mb,netns={Middle.Name}{keys}");

        public void Ping(int bytes)
        {
            (int exitCode, string output) = Left.Run("ping", "-c", "5", "-i", "0.05", "-W", "10", "-s", bytes.ToString(System.Globalization.CultureInfo.InvariantCulture), "10.9.0.2");
            Assert.True(exitCode == 0 && output.Contains("5 received", StringComparison.Ordinal), output);
        }

        public void Dispose()
        {
            Left.Dispose();
            Middle.Dispose();
            Right.Dispose();
        }
    }
}
