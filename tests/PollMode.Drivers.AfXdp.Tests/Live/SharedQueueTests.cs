using System.Net.Sockets;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Who owns which queue: ports that only send, one worker with several queues, and workers that hand over to the owner of a queue.</summary>
public sealed class SharedQueueTests
{
    private const int Frames = 2000;

    [Fact]
    public void A_queue_that_only_sends_has_buffers_to_receive_into_and_leaves_what_arrives_to_the_kernel()
    {
        Requires.Tools("ping");
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        Shell.Run($"ip -n {bed.Middle} addr add 10.9.0.9/24 dev m0");
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none,rx_ring=512,fill_ring=1024,tx_ring=256", openQueues: 0);
        port.Tx.Add(port.Port.OpenTxQueue(0, port.Pool));

        // All of the fill ring is in the kernel's hands although nobody receives.
        Assert.Equal(1024, port.Pool.InFlight);
        long before = Testbed.Count(bed.Left, "l0", "rx_packets");
        Assert.Equal(3000, Enumerable.Range(0, 30).Sum(_ => port.SendAll([.. Enumerable.Range(0, 100).Select(_ => port.Make(FaultTests.Frame()))])));
        FaultTests.WaitUntil(() => Testbed.Count(bed.Left, "l0", "rx_packets") - before >= 3000);
        Assert.Equal(1024, port.Pool.InFlight);
        Assert.Equal(0, port.Tx[0].Counters.Copied);
        Assert.Contains("2 received", Testbed.In(bed.Left, "ping -c 2 -i 0.1 -W 5 10.9.0.9"), StringComparison.Ordinal);
        Assert.Equal(1024, port.Pool.InFlight);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_small_pool_fills_less_of_the_ring_of_a_queue_that_only_sends()
    {
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none,tx_ring=256", new ArenaOptions { LimitBytes = 2 << 20 }, buffers: 1024, openQueues: 0);
        port.Tx.Add(port.Port.OpenTxQueue(0, port.Pool));
        Assert.Equal(256, port.Pool.InFlight);
        Assert.Equal(700, port.SendAll([.. Enumerable.Range(0, 700).Select(_ => port.Make(FaultTests.Frame()))]));
        port.CloseAndCheck();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Workers_share_the_queues_of_a_port_whatever_their_number(int workers)
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed(queues: 4);
        EngineStatistics end = Forward(bed, 4, 4, workers, out long arrived);
        Assert.Equal(Frames, end.Ports[0].Receive.Sum(queue => queue.Packets));
        Assert.True(end.Ports[0].Receive.Count(queue => queue.Packets > 0) >= 2, string.Join(' ', end.Ports[0].Receive.Select(queue => queue.Packets)));
        AssertConserved(end, arrived);
    }

    [Fact]
    public void A_worker_without_a_queue_on_the_way_out_hands_over_to_the_one_that_has_it()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed(queues: 2);
        EngineStatistics end = Forward(bed, 2, 1, 2, out long arrived);
        WorkerStatistics owner = end.Workers.Single(worker => worker.HandedOver > 0);
        WorkerStatistics other = end.Workers.Single(worker => worker.HandedOver == 0);
        Assert.True(other.Received > 0 && owner.Received > 0, $"{owner} {other}");
        Assert.Equal(other.Received, owner.HandedOver);

        // One queue only has sent, and everything, the other worker's packets without a copy.
        QueueStatistics sent = Assert.Single(end.Ports[1].Transmit);
        Assert.Equal((Frames, 0), (sent.Packets, sent.Copied));
        AssertConserved(end, arrived);
    }

    /// <summary>Forwards flows from left to right, and counts what arrives there.</summary>
    private static EngineStatistics Forward(Testbed bed, int queuesIn, int queuesOut, int workers, out long arrived)
    {
        Assert.SkipUnless(Testbed.IsVeth, "needs devices of several queues");
        string rings = $"keep=none,rx_ring=512,tx_ring=512,{bed.Keys}";
        using var engine = new Engine(
            new EngineOptions
            {
                Ports = [$"af_xdp:m0,queues={queuesIn},{rings}", $"af_xdp:m1,queues={queuesOut},{rings}"],
                Workers = workers,
                SendRetries = 1000,
            },
            new DriverRegistry().Add(new AfXdpDriver()));
        engine.Open();
        engine.Start();
        long before = Testbed.Count(bed.Right, "r0", "rx_packets");
        using Socket socket = Flows.Listen(bed.Right);
        Flows.Send(bed, "10.9.0.2", "02:00:00:00:00:02", Frames);
        FaultTests.WaitUntil(() => Testbed.Count(bed.Right, "r0", "rx_packets") - before >= Frames);
        Assert.True(engine.Stop(TimeSpan.FromSeconds(20)));
        engine.Dispose();
        arrived = Testbed.Count(bed.Right, "r0", "rx_packets") - before;
        return engine.Statistics;
    }

    /// <summary>What came in went out, to the packet, and every buffer is home.</summary>
    private static void AssertConserved(EngineStatistics end, long arrived)
    {
        Assert.Equal(end.RxPackets, end.TxPackets + end.Dropped.Values.Sum());
        Assert.Equal(Frames, end.Ports[1].Transmit.Sum(queue => queue.Packets));
        Assert.Equal(0, end.Dropped.Values.Sum());
        Assert.Equal(Frames, arrived);
        Assert.Equal(0, end.PoolInFlight);
    }
}
