using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.Software.Tests;

/// <summary>Packets that a ring gives where they stand: whose they are, whose their places are, and until when.</summary>
public sealed class RingPlacesTests
{
    private static readonly DriverRegistry Drivers = new DriverRegistry().AddSoftwareDrivers();

    [Fact]
    public void Lent_places_are_the_receivers_until_it_asks_again()
    {
        using var memory = new PoolHarness();
        PortContext context = TestPorts.Context(memory);
        using IPort left = TestPorts.Open(Drivers, "ring:a,size=8", context);
        using IPort right = TestPorts.Open(Drivers, "ring:a,size=8", context);
        ITxQueue tx = left.OpenTxQueue(0, memory.Pool);
        IRxQueue rx = right.OpenRxQueue(0, memory.Pool);
        var room = new Packet[8];
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(8, tx.Send(Make(memory, 0, 8)));
            Span<Packet> lent = rx.ReceiveInPlace(room);
            Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], NumbersOf(lent));
            Assert.False(lent.Overlaps(room));
            Assert.All(room, packet => Assert.True(packet.IsNone));
            Assert.Equal(((round * 16L) + 8, ((round * 16L) + 8) * 64), (rx.Counters.Packets, rx.Counters.Bytes));

            // All places are lent: there is no room, and what is in them is left alone.
            Packet[] more = Make(memory, 8, 8);
            Assert.Equal(0, tx.Send(more));
            Assert.True(tx.Service());
            Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], NumbersOf(lent));
            memory.Pool.Return(lent);
            lent.Clear();
            if (round == 0)
            {
                rx.ReturnPlaces();
            }
            else
            {
                // Asking again gives back what was lent, whether or not there is more.
                Assert.Equal(0, round == 1 ? rx.ReceiveInPlace(room).Length : rx.Receive(room));
            }

            Assert.False(tx.Service());
            Assert.Equal(8, tx.Send(more));
            Assert.Equal(3, rx.Receive(room.AsSpan(0, 3)));
            Assert.Equal([8, 9, 10], NumbersOf(room.AsSpan(0, 3)));
            memory.Pool.Return(room.AsSpan(0, 3));
            room.AsSpan().Clear();

            // A part of what was sent at once, up to its end.
            lent = rx.ReceiveInPlace(room);
            Assert.Equal([11, 12, 13, 14, 15], NumbersOf(lent));
            memory.Pool.Return(lent);
            Assert.Equal(0, rx.ReceiveInPlace(room).Length);
            Assert.Equal(((round * 16L) + 16, ((round * 16L) + 16) * 64), (rx.Counters.Packets, rx.Counters.Bytes));
        }

        memory.AssertAllHome();
    }

    [Fact]
    public void What_stands_over_the_end_of_the_slots_comes_in_the_room()
    {
        using var memory = new PoolHarness();
        using IPort port = TestPorts.Open(Drivers, "ring:a,size=8", TestPorts.Context(memory));
        ITxQueue tx = port.OpenTxQueue(0, memory.Pool);
        IRxQueue rx = port.OpenRxQueue(0, memory.Pool);
        var room = new Packet[8];
        int inRoom = 0;
        for (int number = 0; number < 40; number += 5)
        {
            Assert.Equal(5, tx.Send(Make(memory, number, 5)));
            Span<Packet> packets = rx.ReceiveInPlace(room);
            Assert.Equal(Enumerable.Range(number, 5), NumbersOf(packets));
            Assert.Equal(((number + 5L), (number + 5) * 64L), (rx.Counters.Packets, rx.Counters.Bytes));
            inRoom += packets.Overlaps(room) ? 1 : 0;
            memory.Pool.Return(packets);
            rx.ReturnPlaces();
        }

        // Forty packets in five turns of eight slots: four ends of the slots are inside a burst.
        Assert.Equal(4, inRoom);
        memory.AssertAllHome();
    }

    [Fact]
    public void What_was_lent_is_not_freed_again_when_the_end_closes()
    {
        using var memory = new PoolHarness();
        PortContext context = TestPorts.Context(memory);
        IPort left = TestPorts.Open(Drivers, "ring:a,size=8", context);
        IPort right = TestPorts.Open(Drivers, "ring:a,size=8", context);
        ITxQueue tx = left.OpenTxQueue(0, memory.Pool);
        Assert.Equal(4, tx.Send(Make(memory, 0, 4)));
        Assert.Equal(4, tx.Send(Make(memory, 4, 4)));
        Packet[] kept = right.OpenRxQueue(0, memory.Pool).ReceiveInPlace(new Packet[4]).ToArray();
        right.Dispose();
        Assert.Equal(4, memory.InFlight);
        Assert.Equal([0, 1, 2, 3], NumbersOf(kept));
        memory.Pool.Return(kept);
        left.Dispose();
        memory.AssertAllHome();
    }

    [Fact]
    public void Between_two_threads_every_packet_comes_once_and_in_order()
    {
        const int Count = 300_000;
        using var memory = new PoolHarness(shared: true);
        PortContext context = TestPorts.Context(memory);
        using IPort left = TestPorts.Open(Drivers, "ring:a,size=64", context);
        using IPort right = TestPorts.Open(Drivers, "ring:a,size=64", context);
        ITxQueue tx = left.OpenTxQueue(0, memory.Pool);
        IRxQueue rx = right.OpenRxQueue(0, memory.Pool);

        // The same few packets, told apart by the word beside them; the receiver frees none, so that one thread alone uses the pool.
        Packet[] packets = Make(memory, 0, 256);
        long bytes = 0;
        bool inOrder = true;
        var receiver = new Thread(() =>
        {
            var room = new Packet[32];
            for (long next = 0; next < Count;)
            {
                Span<Packet> got = rx.ReceiveInPlace(room);
                foreach (ref Packet packet in got)
                {
                    inOrder &= packet == packets[next++ & 255];
                    bytes += packet.Length;
                    packet = default;
                }

                if (got.IsEmpty)
                {
                    Thread.Yield();
                }
            }

            rx.ReturnPlaces();
        });
        receiver.Start();
        for (int sent = 0; sent < Count;)
        {
            int at = sent & 255;
            int taken = tx.Send(packets.AsSpan(at, Math.Min(Math.Min(1 + (sent % 31), 256 - at), Count - sent)));
            sent += taken;
            if (taken == 0)
            {
                Thread.Yield();
            }
        }

        Assert.True(receiver.Join(TimeSpan.FromMinutes(2)));
        Assert.True(inOrder);
        Assert.Equal((Count, bytes), (rx.Counters.Packets, rx.Counters.Bytes));
        Assert.Equal((Count, bytes), (tx.Counters.Packets, tx.Counters.Bytes));
        memory.Pool.Return(packets);
        memory.AssertAllHome();
    }

    public static TheoryData<string> Stages => ["none", "mac-swap", "steered", "mixed", "resized", "dropped", "thrown"];

    /// <summary>The ring has no slot but those that the burst stands in, and nothing is offered twice.</summary>
    [Theory]
    [MemberData(nameof(Stages))]
    public void A_loop_that_is_full_to_the_last_slot_goes_round_and_loses_nothing(string stage)
    {
        long turns = 0;
        EngineStatistics end = Run(
            "ring:loop,size=64,fill=64",
            stage switch
            {
                "none" => null,
                "mac-swap" => new MacSwapStage(),
                "steered" => new BurstStage(stage, static (ref burst) => burst.SendTo(0)),
                "mixed" => new BurstStage(stage, static (ref burst) =>
                {
                    burst.SendTo(Burst.NoPort);
                    for (int i = 0; i < burst.Count; i++)
                    {
                        burst.SendTo(i, 0);
                    }
                }),
                "resized" => new BurstStage(stage, static (ref burst) =>
                {
                    foreach (Packet packet in burst.Packets)
                    {
                        Assert.True(packet.TryTrimEnd(4) && packet.TryAppend(4, out _));
                    }
                }),
                "dropped" => new BurstStage(stage, (ref burst) =>
                {
                    if (++turns % 1000 == 0 && burst.Count > 1)
                    {
                        burst.Drop(1, DropReason.Filtered);
                    }
                }),
                _ => new BurstStage(stage, (ref burst) =>
                {
                    if (++turns == 1000)
                    {
                        throw new InvalidOperationException("thrown on purpose");
                    }
                }),
            },
            out long left);
        Assert.False(end.Dropped.ContainsKey("tx_full"), $"{end.Dropped.GetValueOrDefault("tx_full")} were lost");
        Assert.Equal(64, left + end.Dropped.Values.Sum());
    }

    /// <summary>The worker's own places are the only room there is: were they not given back, nothing could be sent any more.</summary>
    [Theory]
    [InlineData("ring:loop,size=32,fill=32", 32)]
    [InlineData("ring:loop,size=256,fill=16", 256)]
    public void Packets_that_a_stage_adds_to_lent_ones_are_sent_as_far_as_there_is_room(string ring, long slots)
    {
        EngineStatistics end = Run(ring, new MirrorStage(0), out long left);
        Assert.True(end.Dropped["tx_full"] > 0);
        Assert.Equal(slots, left);
    }

    [Fact]
    public async Task A_queue_whose_places_were_lent_has_room_for_another_queues_burst()
    {
        // In each turn the loop's packets leave for a sink, and then as many come for the loop, which has no more slots than that.
        var options = new EngineOptions
        {
            Ports = ["ring:loop,size=32", "gen:count=64000", "null:rx=0"],
            Egress = [2, 0, Burst.NoPort],
            Workers = 1,
            BurstSize = 32,
            SendRetries = 0,
            LargestPages = PageKind.Small4KiB,
            BuffersPerWorker = 2048,
        };
        EngineStatistics end = await EngineRun.ToEnd(options, Drivers);
        Assert.Empty(end.Dropped);
        Assert.Equal(64_000, end.Ports[2].TxPackets);
    }

    /// <summary>Lets a loop go round for a while.</summary>
    /// <param name="ring">The loop.</param>
    /// <param name="stage">A stage, or none.</param>
    /// <param name="left">Packets that were in the loop when it closed.</param>
    private static EngineStatistics Run(string ring, IStage? stage, out long left)
    {
        var options = new EngineOptions { Ports = [ring], Egress = [0], BurstSize = 32, SendRetries = 0, LargestPages = PageKind.Small4KiB, BuffersPerWorker = 2048 };
        using var engine = new Engine(options, Drivers, pipeline => _ = stage is null ? pipeline : pipeline.Use(() => stage));
        engine.Open();
        engine.Start();
        Assert.True(SpinWait.SpinUntil(() => engine.Statistics.Ports[0].RxPackets > 200_000, TimeSpan.FromMinutes(1)));
        engine.Stop(TimeSpan.FromMilliseconds(200));
        engine.Dispose();
        EngineStatistics end = engine.Statistics;
        Assert.Equal(0, end.PoolInFlight);
        left = end.Ports[0].Extended.Single(counter => counter.Name == "ring_rx_freed_at_close").Value;
        Assert.Equal(end.Ports[0].TxPackets - end.Ports[0].RxPackets, left);
        return end;
    }

    private static Packet[] Make(PoolHarness memory, int first, int count) => [.. Enumerable.Range(first, count).Select(number => memory.Make(TestFrames.Make(number, 64)))];

    private static int[] NumbersOf(ReadOnlySpan<Packet> packets)
    {
        int[] numbers = new int[packets.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = TestFrames.NumberOf(packets[i].Span);
        }

        return numbers;
    }
}
