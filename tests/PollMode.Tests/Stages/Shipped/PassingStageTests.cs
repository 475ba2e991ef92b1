using PollMode.Wire;
using Xunit;

namespace PollMode.Tests.Stages.Shipped;

public sealed class PassingStageTests
{
    [Fact]
    public void CountsOfAllWorkersAddUp()
    {
        using var bench = new StageBench();
        var total = new TrafficCount();
        var first = new CountStage(total);
        var second = new CountStage(total);

        Assert.Equal(2, bench.Run(first, Frames.Numbered(60), Frames.Numbered(100)).Count);
        Assert.Single(bench.Run(second, Frames.Numbered(1000)));

        Assert.Equal(3, total.Packets);
        Assert.Equal(1160, total.Bytes);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(3, 34)]
    [InlineData(7, 15)]
    [InlineData(1000, 1)]
    public void SamplePassesOneInNAcrossBursts(int interval, int expected)
    {
        using var bench = new StageBench();
        var stage = new SampleStage(interval);
        var left = new List<int>();
        for (int burst = 0; burst < 10; burst++)
        {
            int start = burst * 10;
            left.AddRange(bench.Run(stage, Enumerable.Range(start, 10).Select(i => new[] { (byte)i })).Select(frame => (int)frame[0]));
        }

        Assert.Equal(Enumerable.Range(0, 100).Where(i => i % interval == 0), left);
        Assert.Equal(expected, left.Count);
        Assert.Equal(100 - expected, bench.Dropped(SampleStage.SampledOut));
        bench.AssertHome();
    }

    [Fact]
    public void AMirroredPacketIsTheSameBufferAndLeavesByAnotherPort()
    {
        using var bench = new StageBench();
        Packet[] packets = [bench.Frame(Frames.Numbered(60)), bench.Frame(Frames.Numbered(61)), bench.Frame(Frames.Numbered(62))];

        bench.Run(new MirrorStage(5, interval: 2), packets, (ref burst) =>
        {
            Assert.Equal([packets[0], packets[1], packets[2], packets[0], packets[2]], burst.Packets.ToArray());
            Assert.Equal([1, 1, 1, 5, 5], Enumerable.Range(0, burst.Count).Select(EgressOf(ref burst)));
            Assert.Equal([2, 1, 2], packets.Select(packet => packet.ReferenceCount));
        });
        bench.AssertHome();
    }

    [Fact]
    public void BothCopiesOfAMirroredPacketCanBeEdited()
    {
        using var bench = new StageBench();
        byte[] frame = Frames.Numbered(60);
        byte[] swapped = [.. frame[6..12], .. frame[..6], .. frame[12..]];

        bench.Run(new MirrorThenSwap(), [bench.Frame(frame), bench.Frame(frame)], (ref burst) =>
        {
            Assert.Equal(4, burst.Count);
            foreach (Packet packet in burst.Packets)
            {
                Assert.Equal<byte>(swapped, packet.Span);
                Assert.Equal(1, packet.ReferenceCount);
            }
        });
        bench.AssertHome();
    }

    [Fact]
    public void WhatTheBurstHasNoRoomForIsDroppedAndTheOriginalsAreNot()
    {
        const int BurstSize = 4;
        const int Room = 4 * BurstSize;
        using var bench = new StageBench(BurstSize);
        Packet[] packets = [.. Enumerable.Range(0, Room - 1).Select(_ => bench.Frame(Frames.Numbered(60)))];

        bench.Run(new MirrorStage(2), packets, (ref burst) =>
        {
            Assert.Equal(Room, burst.Count);
            Assert.Equal(packets, burst.Packets[..(Room - 1)].ToArray());
        });

        Assert.Equal(Room - 2, bench.Dropped(DropReason.BurstFull));
        bench.AssertHome();
    }

    [Fact]
    public void ForwardGoesByTheTable()
    {
        using var bench = new StageBench();
        var stage = new ForwardStage([2, Burst.NoPort]);
        stage.Start(Contexts.WithPorts(bench.Pool, 3));

        bench.Run(stage, [bench.Frame([1])], (ref burst) => Assert.Equal(2, burst.EgressOf(0)), rxPort: 0, egress: 1);
        bench.Run(stage, [bench.Frame([1])], (ref burst) => Assert.Equal(Burst.NoPort, burst.EgressOf(0)), rxPort: 1, egress: 0);
        bench.Run(stage, [bench.Frame([1])], (ref burst) => Assert.Equal(7, burst.EgressOf(0)), rxPort: 2, egress: 7);
        bench.AssertHome();
    }

    [Fact]
    public void ForwardRefusesAPortThatIsNotThere()
    {
        using var bench = new StageBench();
        PollModeException fault = Assert.Throws<PollModeException>(() => new ForwardStage([0, 3]).Start(Contexts.WithPorts(bench.Pool, 3)));
        Assert.Contains("port 3", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OnPortLeavesOtherPortsAlone()
    {
        using var bench = new StageBench();
        var total = new TrafficCount();
        var stage = new OnPortStage(1, new CountStage(total));

        bench.Run(stage, [bench.Frame([1])], rxPort: 0);
        Assert.Equal(0, total.Packets);
        bench.Run(stage, [bench.Frame([1])], rxPort: 1);
        Assert.Equal(1, total.Packets);
    }

    [Fact]
    public void NoStageAllocates()
    {
        using var bench = new StageBench();
        var rewrite = new MacRewriteStage([]);
        rewrite.Start(Contexts.WithPorts(bench.Pool, 2));
        var stages = new AllOf(
        [
            new CountStage(new TrafficCount()),
            new FilterStage(FilterAction.Pass, new FilterRule { EitherPort = new FilterPorts(7), Source = IpPrefix.Parse("10.0.0.0/8") }),
            new MirrorStage(1, 3),
            new MacSwapStage(),
            rewrite,
            new ForwardStage([1]),
            new OnPortStage(0, new SampleStage(2)),
        ]);
        byte[] frame = Frames.Udp("10.0.0.1", "10.1.2.3", 40000, 53);
        var packets = new Packet[64];
        long rented = 0;

        void Turn()
        {
            rented += bench.Pool.Rent(packets);
            foreach (Packet packet in packets)
            {
                packet.TryWrite(frame);
            }

            bench.Run(stages, packets);
        }

        for (int i = 0; i < 200; i++)
        {
            Turn();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Turn();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1200L * packets.Length, rented);
        bench.AssertHome();
    }

    private static Func<int, int> EgressOf(ref Burst burst)
    {
        int[] ports = new int[burst.Count];
        for (int i = 0; i < ports.Length; i++)
        {
            ports[i] = burst.EgressOf(i);
        }

        return index => ports[index];
    }

    private sealed class AllOf(IStage[] stages) : IStage
    {
        public void Process(ref Burst burst)
        {
            foreach (IStage stage in stages)
            {
                stage.Process(ref burst);
                burst.Settle();
            }
        }
    }

    private sealed class MirrorThenSwap : IStage
    {
        private readonly MirrorStage _mirror = new(5);
        private readonly MacSwapStage _swap = new();

        public void Process(ref Burst burst)
        {
            _mirror.Process(ref burst);
            _swap.Process(ref burst);
        }
    }
}
