using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Software.Tests;

public sealed class RingPortTests : PortContract
{
    protected override DriverRegistry Drivers { get; } = new DriverRegistry().AddSoftwareDrivers();

    protected override PortHarness Open() => new PairHarness(Drivers, "ring:a,size=512", "ring:a,size=512");

    protected override string SpecWith(string keyAndValue) => $"ring:a,{keyAndValue}";

    [Fact]
    public void A_lone_ring_receives_what_it_sends()
    {
        using var memory = new PoolHarness();
        using IPort port = TestPorts.Open(Drivers, "ring:a", TestPorts.Context(memory, 3));
        IRxQueue rx = port.OpenRxQueue(0, memory.Pool);
        ITxQueue tx = port.OpenTxQueue(0, memory.Pool);
        Packet sent = memory.Make(TestFrames.Make(1));
        Assert.Equal(1, tx.Send([sent]));
        Assert.True(tx.Service());
        var packets = new Packet[4];
        Assert.Equal(1, rx.Receive(packets));
        Assert.Equal(sent, packets[0]);
        Assert.Equal(3, packets[0].Port);
        Assert.False(tx.Service());
        packets[0].Free();
        memory.AssertAllHome();
    }

    [Fact]
    public void A_filled_ring_has_its_frames_from_the_start()
    {
        using var memory = new PoolHarness();
        using (IPort port = TestPorts.Open(Drivers, "ring:a,size=8,fill=5", TestPorts.Context(memory, 3)))
        {
            IRxQueue rx = port.OpenRxQueue(0, memory.Pool);
            ITxQueue tx = port.OpenTxQueue(0, memory.Pool);
            var packets = new Packet[8];
            for (int round = 0; round < 3; round++)
            {
                Assert.Equal(5, rx.Receive(packets));
                Assert.All(packets[..5], packet => Assert.Equal((64, 3), (packet.Length, packet.Port)));
                Assert.Equal(5, tx.Send(packets.AsSpan(0, 5)));
            }

            Assert.Equal(15, rx.Counters.Packets);
        }

        memory.AssertAllHome();
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 3)]
    [InlineData(3, 5)]
    [InlineData(1, 8)]
    public void Bytes_are_counted_right_whether_bursts_are_received_as_they_were_sent_or_not(int sent, int received)
    {
        using var memory = new PoolHarness();
        PortContext context = TestPorts.Context(memory);
        using IPort left = TestPorts.Open(Drivers, "ring:a,size=8", context);
        using IPort right = TestPorts.Open(Drivers, "ring:a,size=8", context);
        ITxQueue tx = left.OpenTxQueue(0, memory.Pool);
        IRxQueue rx = right.OpenRxQueue(0, memory.Pool);
        var packets = new Packet[8];
        long bytesSent = 0;
        long bytesReceived = 0;
        int number = 0;
        while (number < 200)
        {
            Packet[] burst = [.. Enumerable.Range(number, sent).Select(each => memory.Make(TestFrames.Make(each, 60 + (each % 50))))];
            number += sent;
            int taken = tx.Send(burst);
            bytesSent += Enumerable.Range(number - sent, taken).Sum(each => 60 + (each % 50));
            memory.Pool.Return(burst.AsSpan(taken));
            Assert.Equal(bytesSent, tx.Counters.Bytes);
            int count = rx.Receive(packets.AsSpan(0, received));
            bytesReceived += packets[..count].Sum(packet => (long)packet.TotalLength);
            memory.Pool.Return(packets.AsSpan(0, count));
            Assert.Equal(bytesReceived, rx.Counters.Bytes);
        }

        Assert.True(bytesReceived > 0);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(0, 5)]
    [InlineData(0, 8)]
    public void A_burst_that_is_sent_as_it_was_received_gets_the_receivers_port_and_its_bytes_are_counted(int rxPort, int burst)
    {
        using var memory = new PoolHarness();
        PortContext context = TestPorts.Context(memory);
        using IPort left = TestPorts.Open(Drivers, "ring:a,size=8", context);
        using IPort right = TestPorts.Open(Drivers, "ring:a,size=8", context);
        ITxQueue tx = left.OpenTxQueue(0, memory.Pool);
        IRxQueue rx = right.OpenRxQueue(0, memory.Pool);
        var packets = new Packet[8];
        long bytes = 0;
        for (int round = 0; round < 20; round++)
        {
            Packet[] sent = [.. Enumerable.Range(0, burst).Select(each => memory.Make(TestFrames.Make(each, 60 + each)))];
            for (int i = 0; i < burst; i++)
            {
                sent[i].Port = rxPort;
            }

            // The second time there is not always room, and the bytes that were told are of more packets than are taken.
            int taken = tx.SendAsReceived(sent, rxPort, sent.Sum(packet => (long)packet.Length));
            bytes += sent.Take(taken).Sum(packet => (long)packet.Length);
            taken += tx.SendAsReceived(sent.AsSpan(taken), rxPort, sent.Skip(taken).Sum(packet => (long)packet.Length));
            Assert.Equal(burst, taken);
            Packet[] more = [.. Enumerable.Range(0, 8).Select(each => memory.Make(TestFrames.Make(each, 100 + each)))];
            taken = tx.SendAsReceived(more, rxPort, more.Sum(packet => (long)packet.Length));
            Assert.Equal(8 - burst, taken);
            bytes += more.Take(taken).Sum(packet => (long)packet.Length);
            memory.Pool.Return(more.AsSpan(taken));
            Assert.Equal(bytes, tx.Counters.Bytes);
            Assert.Equal(8, rx.Receive(packets));
            Assert.Equal(bytes, rx.Counters.Bytes);
            Assert.All(packets, packet => Assert.Equal(0, packet.Port));
            memory.Pool.Return(packets);
        }

        memory.AssertAllHome();
    }

    [Fact]
    public void A_ring_cannot_be_filled_beyond_its_size()
    {
        using var memory = new PoolHarness();
        Assert.Contains("fill", Assert.Throws<PollModeException>(() => TestPorts.Open(Drivers, "ring:a,size=8,fill=9", TestPorts.Context(memory))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_queue_leads_to_the_same_queue_of_the_other_end()
    {
        using var memory = new PoolHarness();
        PortContext context = TestPorts.Context(memory);
        using IPort left = TestPorts.Open(Drivers, "ring:a,queues=3", context);
        using IPort right = TestPorts.Open(Drivers, "ring:a,queues=3", context);
        var packets = new Packet[4];
        for (int queue = 0; queue < 3; queue++)
        {
            ITxQueue tx = left.OpenTxQueue(queue, memory.Pool);
            IRxQueue rx = right.OpenRxQueue(queue, memory.Pool);
            Assert.Equal(2, tx.Send([memory.Make(TestFrames.Make(queue)), memory.Make(TestFrames.Make(queue))]));
            Assert.Equal(2, rx.Receive(packets));
            Assert.All(packets[..2], packet => Assert.Equal(queue, TestFrames.NumberOf(packet.Span)));
            memory.Pool.Return(packets.AsSpan(0, 2));
        }

        memory.AssertAllHome();
    }

    [Fact]
    public void What_nobody_received_is_freed_and_counted_by_the_end_it_was_for()
    {
        using var memory = new PoolHarness();
        PortContext context = TestPorts.Context(memory);
        IPort left = TestPorts.Open(Drivers, "ring:a", context);
        IPort right = TestPorts.Open(Drivers, "ring:a", context);
        Assert.Equal(1, left.OpenTxQueue(0, memory.Pool).Send([memory.Make(TestFrames.Make(1))]));
        ITxQueue toLeft = right.OpenTxQueue(0, memory.Pool);
        Assert.Equal(2, toLeft.Send([memory.Make(TestFrames.Make(2)), memory.Make(TestFrames.Make(3))]));
        left.Dispose();
        Assert.Equal(1, memory.InFlight);
        Assert.Equal(2, CounterOf(left, "ring_rx_freed_at_close"));
        Assert.Equal(LinkState.Gone, right.Link);

        // The other end is still open: what it sends now finds no room, and stays its own.
        Packet late = memory.Make(TestFrames.Make(4));
        Assert.Equal(0, toLeft.Send([late]));
        Assert.Equal(1, CounterOf(right, "ring_tx_refused"));
        Assert.False(toLeft.Service());
        late.Free();
        right.Dispose();
        Assert.Equal(1, CounterOf(right, "ring_rx_freed_at_close"));
        memory.AssertAllHome();

        // The name is free again.
        using IPort again = TestPorts.Open(Drivers, "ring:a", context);
        Assert.Equal(LinkState.Up, again.Link);
    }

    [Theory]
    [InlineData("ring:a,size=64", "the same options")]
    [InlineData("ring:a,size=1024,queues=2", "the same options")]
    public void Ends_that_are_not_alike_are_refused(string second, string said)
    {
        using var memory = new PoolHarness();
        PortContext context = TestPorts.Context(memory);
        using IPort port = TestPorts.Open(Drivers, "ring:a", context);
        Assert.Contains(said, Assert.Throws<PollModeException>(() => TestPorts.Open(Drivers, second, context)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_third_end_a_late_end_and_a_ring_without_a_name_are_refused()
    {
        using var memory = new PoolHarness();
        PortContext context = TestPorts.Context(memory);
        using IPort first = TestPorts.Open(Drivers, "ring:a", context);
        using IPort second = TestPorts.Open(Drivers, "ring:a", context);
        Assert.Contains("third end", Assert.Throws<PollModeException>(() => TestPorts.Open(Drivers, "ring:a", context)).Message, StringComparison.Ordinal);
        using IPort loop = TestPorts.Open(Drivers, "ring:b", context);
        loop.OpenRxQueue(0, memory.Pool);
        Assert.Contains("too late", Assert.Throws<PollModeException>(() => TestPorts.Open(Drivers, "ring:b", context)).Message, StringComparison.Ordinal);
        Assert.Throws<PollModeException>(() => TestPorts.Open(Drivers, "ring", context));
    }

    [Fact]
    public async Task Rings_carry_packets_between_workers_and_lose_none()
    {
        // Worker 0 generates into ring a, worker 1 takes it out at the other end and sends it on into a sink.
        var options = new EngineOptions
        {
            Ports = ["gen:count=200000,flows=7", "ring:a,size=256", "ring:a,size=256", "null:rx=0"],
            Egress = [1, 0, 3, 2],
            Workers = 2,
            SendRetries = 1_000_000,
            LargestPages = PageKind.Small4KiB,
            BuffersPerWorker = 2048,
        };
        EngineStatistics statistics = await EngineRun.ToEnd(options, Drivers);
        Assert.Equal(200_000, statistics.Ports[0].RxPackets);
        long dropped = statistics.Dropped.Values.Sum();
        Assert.Equal(200_000, statistics.Ports[3].TxPackets + dropped);
        Assert.Equal(statistics.Ports[1].TxPackets, statistics.Ports[2].RxPackets);
    }

    private static long CounterOf(IPort port, string name)
    {
        var counters = new List<PortCounter>();
        port.CollectCounters(counters);
        return counters.Single(counter => counter.Name == name).Value;
    }
}
