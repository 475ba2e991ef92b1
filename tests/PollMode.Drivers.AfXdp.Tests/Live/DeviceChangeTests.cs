using System.Net.Sockets;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>A device that is changed under an open port: more queues, fewer, another MTU. What frames then do is told, and none is lost without a word.</summary>
public sealed class DeviceChangeTests
{
    private const string Spec = "af_xdp:m0,keep=none,rx_ring=512,tx_ring=256";

    [Fact]
    public void Queues_added_later_are_told_of_and_their_frames_go_to_the_kernel()
    {
        Assert.SkipUnless(Testbed.IsVeth, "needs a device whose queues may be changed while XDP runs on it");
        using var bed = new Testbed(queues: 4);
        UseQueues(bed, 2);
        Shell.Run($"ip -n {bed.Middle} addr add 10.9.0.9/24 dev m0");
        using var port = new PortUnderTest(bed, Spec, openQueues: 2);
        Assert.Equal(2, port.Port.Capabilities.RxQueues);
        Assert.Empty(port.Port.Faults);

        // By netlink, as ethtool does it, and the news come from the kernel's queue objects.
        UseQueues(bed, 4);
        FaultTests.WaitUntil(() => port.Port.Faults.Count > 0);
        Assert.Contains("m0 uses 4 queues now, and the port has queues 0 to 1: what arrives by queues 2 to 3 goes to the kernel", port.Port.Faults[^1], StringComparison.Ordinal);
        Assert.True(port.Counter("queue_changes") >= 1);

        // Flows of many source ports, spread over the queues: the port has some, the kernel the rest, and nobody loses any.
        const int Count = 400;
        using Socket socket = Flows.Listen(bed.Middle);
        Flows.Send(bed, "10.9.0.9", "02:00:00:00:01:01", Count);
        List<Packet> packets = port.ReceiveUntil(Count, 1000);
        packets.ForEach(port.Pool.Return);
        Assert.InRange(packets.Count, 1, Count - 1);
        int others = 0;
        FaultTests.WaitUntil(() => packets.Count + (others += Flows.Drain(socket)) == Count);

        int sentences = port.Port.Faults.Count;
        UseQueues(bed, 2);
        FaultTests.WaitUntil(() => port.Counter("queue_changes") >= 2);
        Flows.Send(bed, "10.9.0.9", "02:00:00:00:01:01", Count);
        packets = port.ReceiveUntil(Count);
        Assert.Equal(Count, packets.Count);
        packets.ForEach(port.Pool.Return);
        Assert.Equal(sentences, port.Port.Faults.Count);
        port.CloseAndCheck();
    }

    [Fact]
    public void The_kernel_keeps_a_queue_as_long_as_a_socket_holds_it()
    {
        Assert.SkipUnless(Testbed.IsVeth, "needs a device whose queues may be changed while XDP runs on it");
        using var bed = new Testbed(queues: 4);
        using var port = new PortUnderTest(bed, Spec, openQueues: 4);
        Shell.Run($"ip netns exec {bed.Left} ethtool -L l0 rx 2 tx 2");
        Assert.NotEqual(0, Shell.TryRun($"ip netns exec {bed.Middle} ethtool -L m0 rx 2 tx 2").Code);
        Assert.Equal(40, port.SendAll([.. Enumerable.Range(0, 40).Select(_ => port.Make(FaultTests.Frame()))], queue: 3));
        Assert.Empty(port.Port.Faults);
        port.CloseAndCheck();
        FaultTests.WaitUntil(() => Shell.TryRun($"ip netns exec {bed.Middle} ethtool -L m0 rx 2 tx 2").Code == 0);
    }

    [Fact]
    public void A_longer_mtu_is_told_of_and_frames_that_do_not_fit_are_counted()
    {
        Requires.Tools("ping");
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec + ",mode=generic,zero_copy=off,jumbo=false");
        Shell.Run($"ip -n {bed.Left} link set l0 mtu 4000");
        Shell.Run($"ip -n {bed.Middle} link set m0 mtu 4000");
        FaultTests.WaitUntil(() => port.Port.Faults.Count > 0);
        Assert.Contains("the MTU of m0 is 4000 now: frames longer than 1792 bytes that arrive are dropped", port.Port.Faults[^1], StringComparison.Ordinal);
        Assert.Equal(1, port.Counter("mtu_changes"));

        Shell.Run($"ip -n {bed.Left} neigh add 10.9.0.77 lladdr 02:00:00:00:01:01 dev l0");
        Testbed.In(bed.Left, "ping -c 3 -i 0.05 -W 1 -s 3000 -M do 10.9.0.77", mayFail: true);
        FaultTests.WaitUntil(() => port.Counter("q0_rx_dropped") >= 3);
        Testbed.In(bed.Left, "ping -c 3 -i 0.05 -W 1 -s 1000 10.9.0.77", mayFail: true);
        List<Packet> packets = port.ReceiveUntil(3);
        Assert.Equal(3, packets.Count);
        packets.ForEach(port.Pool.Return);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_shorter_mtu_is_told_of_and_what_the_kernel_refuses_is_counted()
    {
        Assert.SkipUnless(Testbed.IsVeth, "needs a device in copy mode, where the kernel looks at the length of what is sent");
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec);
        Shell.Run($"ip -n {bed.Left} link set l0 mtu 1000");
        Shell.Run($"ip -n {bed.Middle} link set m0 mtu 1000");
        FaultTests.WaitUntil(() => port.Port.Faults.Count > 0);
        Assert.Contains("the MTU of m0 is 1000 now, and was 1500", port.Port.Faults[^1], StringComparison.Ordinal);

        long before = Testbed.Count(bed.Left, "l0", "rx_packets");
        byte[] longer = [.. FaultTests.Frame(), .. new byte[1300]];
        Packet[] packets = [.. Enumerable.Range(0, 60).Select(i => port.Make(i % 3 == 0 ? longer : FaultTests.Frame()))];
        Assert.Equal(60, port.SendAll(packets));
        Assert.Equal(20, port.Tx[0].Counters.Dropped);
        Assert.Equal(40, Testbed.Count(bed.Left, "l0", "rx_packets") - before);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_change_is_told_while_the_engine_runs()
    {
        using var bed = new Testbed();
        var observer = new Faults();
        using var engine = new Engine(new EngineOptions { Ports = [$"{Spec},{bed.Keys}"], Workers = 1 }, new DriverRegistry().Add(new AfXdpDriver()), observer: observer);
        engine.Open();
        engine.Start();
        Shell.Run($"ip -n {bed.Middle} link set m0 mtu 1200");
        FaultTests.WaitUntil(() => observer.Heard.Count > 0);
        Assert.True(engine.Stop(TimeSpan.FromSeconds(10)));
        engine.Dispose();
        Assert.Contains("the MTU of m0 is 1200 now", Assert.Single(observer.Heard), StringComparison.Ordinal);
    }

    private static void UseQueues(Testbed bed, int queues)
    {
        // A veth's receive queues must be as many as the peer's transmit queues: fewer of these first, more of those first.
        foreach (string[] end in (string[][])[[bed.Middle, "m0", "rx"], [bed.Left, "l0", "tx"], [bed.Left, "l0", "rx"], [bed.Middle, "m0", "tx"], [bed.Middle, "m0", "rx"], [bed.Left, "l0", "rx"]])
        {
            _ = Shell.TryRun($"ip netns exec {end[0]} ethtool -L {end[1]} {end[2]} {queues}");
        }

        string channels = Testbed.In(bed.Middle, "ethtool -l m0");
        Assert.Contains($"RX:\t\t{queues}", channels[channels.IndexOf("Current", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains($"TX:\t\t{queues}", Testbed.In(bed.Left, "ethtool -l l0").Split("Current")[1], StringComparison.Ordinal);
    }

    private sealed class Faults : EngineObserver
    {
        public List<string> Heard { get; } = [];

        public override void PortFaulted(IEngine engine, string port, string fault) => Heard.Add(fault);
    }
}
