using CsCheck;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Software.Tests;

public sealed class FaultTests
{
    private static readonly ManualClock Clock = new();

    private static readonly DriverRegistry Drivers = new DriverRegistry().AddSoftwareDrivers().Add(new FaultDecorator(Clock));

    [Fact]
    public void The_same_seed_does_the_same_to_the_same_frames_whatever_the_bursts()
    {
        const string Faults = "loss=5%,duplicate=3%,corrupt=0.04,reorder=10%,reorder_by=2,delay=7,flap=300,flap_down=20";
        List<byte[]> one = Pass($"fault:{Faults},seed=9", 2000, [1], out _);
        Assert.Equal(one, Pass($"fault:{Faults},seed=9", 2000, [64], out _));
        Assert.Equal(one, Pass($"fault:{Faults},seed=9,short=30%", 2000, [3, 256, 17], out _));
        Assert.NotEqual(one, Pass($"fault:{Faults},seed=10", 2000, [64], out _));
    }

    [Fact]
    public void Lost_frames_are_missing_counted_and_about_as_many_as_asked_for()
    {
        List<byte[]> left = Pass("fault:loss=10%", 5000, [64], out Dictionary<string, long> counters);
        Assert.InRange(counters["fault_rx_lost"], 400, 600);
        Assert.Equal(5000, left.Count + counters["fault_rx_lost"]);
        Assert.True(left.Select(Number).SequenceEqual(left.Select(Number).Order()));
        Assert.Equal(left.Count, left.Select(Number).Distinct().Count());
    }

    [Fact]
    public void One_fault_does_not_change_what_another_does()
    {
        IEnumerable<int> lost = Enumerable.Range(0, 1000).Except(Pass("fault:loss=5%", 1000, [64], out _).Select(Number));
        IEnumerable<int> lostToo = Enumerable.Range(0, 1000).Except(Pass("fault:loss=5%,reorder=20%,duplicate=20%", 1000, [64], out _).Select(Number));
        Assert.Equal(lost, lostToo);
    }

    [Fact]
    public void Doubled_frames_come_twice_as_frames_of_their_own()
    {
        List<byte[]> left = Pass("fault:duplicate=100%", 100, [64], out Dictionary<string, long> counters, packet => packet.Span[0] ^= 0xFF);
        Assert.Equal(200, left.Count);
        Assert.Equal(100, counters["fault_rx_duplicated"]);

        // Edited in place by the receiver, each once.
        Assert.All(left, frame => Assert.Equal(0x02 ^ 0xFF, frame[0]));
    }

    [Fact]
    public void Corrupted_frames_differ_by_one_bit()
    {
        List<byte[]> left = Pass("fault:corrupt=100%", 100, [64], out Dictionary<string, long> counters);
        Assert.Equal(100, counters["fault_rx_corrupted"]);
        for (int i = 0; i < left.Count; i++)
        {
            byte[] before = Frame(i);
            Assert.Equal(1, left[i].Zip(before).Sum(pair => System.Numerics.BitOperations.PopCount((uint)(pair.First ^ pair.Second))));
        }
    }

    [Fact]
    public void A_shared_packet_is_not_corrupted_in_place()
    {
        using var harness = new PairHarness(Drivers, "fault:corrupt=1,on=tx+ring:a", "ring:a");
        byte[] frame = TestFrames.Make(1);
        Packet packet = harness.Memory.Make(frame);
        Packet kept = packet.Clone();
        Assert.Equal(1, harness.Tx.Send([packet]));
        var left = new List<byte[]>();
        harness.Collect(left);
        Assert.NotEqual(frame, Assert.Single(left));
        Assert.Equal(frame, kept.Span.ToArray());
        kept.Free();
        harness.Close();
        harness.Memory.AssertAllHome();
    }

    [Fact]
    public void Overtaken_frames_come_later_and_none_is_lost()
    {
        List<byte[]> left = Pass("fault:reorder=10%,reorder_by=4", 1000, [64], out Dictionary<string, long> counters);
        Assert.InRange(counters["fault_rx_reordered"], 30, 150);
        int[] order = [.. left.Select(Number)];
        int steps = order.Zip(order.Skip(1)).Count(pair => pair.Second < pair.First);
        Assert.Equal(order.Length, 1000 - counters["fault_rx_freed_at_close"]);
        Assert.Equal(counters["fault_rx_reordered"] - counters["fault_rx_freed_at_close"], steps);
    }

    [Fact]
    public void A_delay_in_frames_keeps_as_many()
    {
        using var harness = new PairHarness(Drivers, "fault:delay=10+ring:a", "ring:a");
        var packets = new Packet[64];
        Assert.Equal(15, harness.Feed([.. Enumerable.Range(0, 15).Select(Frame)]));
        Assert.Equal(5, harness.Rx.Receive(packets));
        Assert.Equal([0, 1, 2, 3, 4], packets[..5].Select(packet => TestFrames.NumberOf(packet.Span)));
        harness.Memory.Pool.Return(packets.AsSpan(0, 5));
        Assert.Equal(10, harness.Memory.InFlight);
        harness.Close();
        Assert.Equal(10, CountersOf(harness.Port)["fault_rx_freed_at_close"]);
        harness.Memory.AssertAllHome();
    }

    [Theory]
    [InlineData("")]
    [InlineData("trace:file=/dev/null+")]
    [InlineData("capture:file=/dev/null+")]
    public void A_queue_that_keeps_frames_says_so_through_what_is_around_it(string around)
    {
        using var harness = new PairHarness(Drivers, around + "fault:delay=5ms+ring:a", "ring:a");
        var packets = new Packet[64];
        harness.Feed([Frame(1)]);
        Assert.Equal(0, harness.Rx.Receive(packets));
        Assert.True(harness.Rx.HoldsPackets);
        Clock.Advance(TimeSpan.FromMilliseconds(5.1));
        Assert.Equal(1, harness.Rx.Receive(packets));
        Assert.False(harness.Rx.HoldsPackets);
        harness.Memory.Pool.Return(packets.AsSpan(0, 1));
        harness.Close();
        harness.Memory.AssertAllHome();
    }

    [Fact]
    public void A_delay_in_time_keeps_frames_until_it_is_over()
    {
        using var harness = new PairHarness(Drivers, "fault:delay=5ms,on=both+ring:a", "ring:a");
        var packets = new Packet[64];
        harness.Feed([Frame(1), Frame(2)]);
        Assert.Equal(1, harness.Tx.Send([harness.Memory.Make(Frame(3))]));
        Assert.Equal(0, harness.Rx.Receive(packets));
        Assert.True(harness.Tx.Service());
        Clock.Advance(TimeSpan.FromMilliseconds(4.9));
        Assert.Equal(0, harness.Rx.Receive(packets));
        Clock.Advance(TimeSpan.FromMilliseconds(0.2));
        Assert.Equal(2, harness.Rx.Receive(packets));
        harness.Memory.Pool.Return(packets.AsSpan(0, 2));
        Assert.True(harness.Tx.Service(), "the inner ring has the frame now");
        var left = new List<byte[]>();
        harness.Collect(left);
        Assert.Equal(Frame(3), Assert.Single(left));
        Assert.False(harness.Tx.Service());
        harness.Close();
        harness.Memory.AssertAllHome();
    }

    [Fact]
    public void A_source_that_has_ended_still_delivers_what_the_wire_keeps()
    {
        using var memory = new PoolHarness();
        using IPort port = TestPorts.Open(Drivers, "fault:delay=50,reorder=50%+null:rx=80", TestPorts.Context(memory));
        IRxQueue queue = port.OpenRxQueue(0, memory.Pool);
        var packets = new Packet[64];
        int total = 0;
        for (int turn = 0; turn < 10 && queue.Life != RxQueueLife.Ended; turn++)
        {
            int count = queue.Receive(packets);
            memory.Pool.Return(packets.AsSpan(0, count));
            total += count;
        }

        Assert.Equal((80, RxQueueLife.Ended), (total, queue.Life));
        memory.AssertAllHome();
    }

    [Fact]
    public void A_flapping_link_is_down_for_some_frames_and_says_so()
    {
        using var harness = new PairHarness(Drivers, "fault:flap=10,flap_down=5+ring:a", "ring:a");
        var packets = new Packet[64];
        var seen = new List<int>();
        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(i % 15 >= 10 ? LinkState.Down : LinkState.Up, harness.Port.Link);
            harness.Feed([Frame(i)]);
            int count = harness.Rx.Receive(packets);
            seen.AddRange(packets[..count].Select(packet => TestFrames.NumberOf(packet.Span)));
            harness.Memory.Pool.Return(packets.AsSpan(0, count));
        }

        Assert.Equal([.. Enumerable.Range(0, 10), .. Enumerable.Range(15, 10)], seen);
        Assert.Equal((20, 10), (harness.Rx.Counters.Packets, harness.Rx.Counters.Dropped));
        Assert.Equal(10, CountersOf(harness.Port)["fault_rx_link_down"]);
    }

    [Fact]
    public void A_transmit_queue_that_says_full_leaves_the_rest_to_the_caller()
    {
        using var harness = new PairHarness(Drivers, "fault:tx_full=100%+ring:a", "ring:a");
        Packet[] packets = [.. Enumerable.Range(0, 32).Select(i => harness.Memory.Make(Frame(i)))];
        int sent = harness.Tx.Send(packets);
        Assert.InRange(sent, 0, 31);
        Assert.Equal(sent, harness.Tx.Counters.Packets);
        Assert.Equal(1, CountersOf(harness.Port)["fault_tx_full"]);
        harness.Memory.Pool.Return(packets.AsSpan(sent));
        harness.Close();
        harness.Memory.AssertAllHome();
    }

    [Fact]
    public void Without_buffers_for_copies_frames_pass_as_they_are()
    {
        using var harness = new PairHarness(Drivers, "fault:duplicate=1+ring:a", "ring:a");
        harness.Feed([Frame(1)]);
        var all = new Packet[harness.Memory.Pool.LimitBuffers];
        int rented = harness.Memory.Pool.Rent(all);
        var packets = new Packet[4];
        Assert.Equal(1, harness.Rx.Receive(packets));
        Assert.Equal(1, CountersOf(harness.Port)["fault_rx_skipped"]);
        packets[0].Free();
        harness.Memory.Pool.Return(all.AsSpan(0, rented));
        harness.Memory.AssertAllHome();
    }

    [Fact]
    public void Whatever_the_faults_every_packet_is_accounted_for() =>
        Gen.Select(Gen.Double[0, 0.5], Gen.Double[0, 0.5], Gen.Double[0, 0.5], Gen.Int[0, 40], Gen.Int[1, 5], Gen.Int[0, 50], Gen.Int[1, 100])
            .Sample(
                (loss, duplicate, reorder, delay, reorderBy, flap, burst) =>
                {
                    FormattableString spec = $"fault:loss={loss:F4},duplicate={duplicate:F4},corrupt=10%,reorder={reorder:F4},reorder_by={reorderBy},delay={delay},flap={flap},flap_down=3,short=20%";
                    List<byte[]> left = Pass(FormattableString.Invariant(spec), 300, [burst], out Dictionary<string, long> counters);
                    long gone = counters["fault_rx_lost"] + counters["fault_rx_link_down"] + counters["fault_rx_freed_at_close"];
                    Assert.Equal(300 + counters["fault_rx_duplicated"], left.Count + gone);
                },
                iter: 100);

    [Theory]
    [InlineData("loss=2")]
    [InlineData("loss=101%")]
    [InlineData("delay=5m")]
    [InlineData("delay=ms")]
    [InlineData("delay=100s")]
    [InlineData("delay=5000")]
    [InlineData("on=up")]
    [InlineData("reorder_by=0")]
    public void Wrong_options_are_refused_before_anything_is_opened(string option)
    {
        using var engine = new Engine(new EngineOptions { Ports = [$"fault:{option}+null"], LargestPages = PageKind.Small4KiB }, Drivers);
        Assert.Contains(option, Assert.Throws<PollModeException>(engine.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_pools_of_an_engine_have_room_for_what_the_wire_keeps()
    {
        var options = new EngineOptions { Ports = ["fault:delay=4096+null"], BuffersPerWorker = 4096, Workers = 1, LargestPages = PageKind.Small4KiB };
        using var engine = new Engine(options, Drivers);
        Assert.Contains("BuffersPerWorker", Assert.Throws<PollModeException>(engine.Open).Message, StringComparison.Ordinal);
    }

    private static byte[] Frame(int number) => TestFrames.Make(number, 60);

    private static int Number(byte[] frame) => TestFrames.NumberOf(frame);

    private static Dictionary<string, long> CountersOf(IPort port)
    {
        var counters = new List<PortCounter>();
        port.CollectCounters(counters);
        return counters.ToDictionary(counter => counter.Name, counter => counter.Value, StringComparer.Ordinal);
    }

    /// <summary>Sends numbered frames through the receiving side of a bad wire, and looks that every buffer comes home.</summary>
    private static List<byte[]> Pass(string spec, int frames, int[] bursts, out Dictionary<string, long> counters, Action<Packet>? edit = null)
    {
        using var harness = new PairHarness(Drivers, $"{spec}+ring:a,size=256", "ring:a,size=256");
        var left = new List<byte[]>();
        var packets = new Packet[256];
        int fed = 0;
        bool isEmpty = false;
        for (int turn = 0; !isEmpty; turn++)
        {
            while (fed < frames && harness.Feed([Frame(fed)]) == 1)
            {
                fed++;
            }

            int count = harness.Rx.Receive(packets.AsSpan(0, bursts[turn % bursts.Length]));
            isEmpty = count == 0 && fed == frames && CountersOf(harness.Port)["ring_rx_waiting"] == 0;
            foreach (Packet packet in packets.AsSpan(0, count))
            {
                edit?.Invoke(packet);
                left.Add(packet.Span.ToArray());
                packet.Free();
            }
        }

        harness.Close();
        harness.Memory.AssertAllHome();
        counters = CountersOf(harness.Port);
        return left;
    }
}
