using Xunit;
using static PollMode.Drivers.Software.Tests.Pcap.CaptureFiles;

namespace PollMode.Drivers.Software.Tests.Pcap;

public sealed class CapturePaceTests
{
    [Theory]
    [InlineData("pace=recorded", 1)]
    [InlineData("speed=4", 4)]
    [InlineData("pace=recorded,speed=0.5", 0.5)]
    public void Frames_come_when_they_are_due_and_not_before(string options, double speed)
    {
        using var scratch = new Scratch();
        string path = scratch.Write(
            "pace.pcap", PcapHeader(false, true), PcapRecord(false, 10, 0, Frame(0)), PcapRecord(false, 10, 1000, Frame(1)),
            PcapRecord(false, 10, 1000, Frame(2)), PcapRecord(false, 10, 5000, Frame(3)), PcapRecord(false, 10, 4000, Frame(4)));
        var clock = new StoppedClock();
        using var bench = new PcapBench(time: clock);
        IRxQueue queue = bench.Open($"pcap:{path},loop=2,{options}").OpenRxQueue(0, bench.Pool);

        // The clock starts with the first frame, not with the opening.
        clock.Nanoseconds += 1_000_000;
        long start = clock.Nanoseconds;
        long[] due = [0, 1000, 1000, 5000, 5000];
        const long Lap = 5000 + (5000 / 4);
        long[] both = [.. due, .. due.Select(time => time + Lap)];
        var packets = new Packet[64];
        int given = 0;
        for (long at = 0; at <= 12_000; at += 250)
        {
            clock.Nanoseconds = start + (long)Math.Ceiling(at / speed);
            int count = queue.Receive(packets);
            bench.Pool.Return(packets.AsSpan(0, count));
            given += count;
            Assert.Equal(both.Count(time => time <= at), given);
        }

        Assert.Equal(10, given);
        Assert.Equal(RxQueueLife.Ended, queue.Life);
        Assert.Equal(0, queue.Counters.NoBuffer);
    }

    [Fact]
    public void Frames_without_a_time_are_due_at_once()
    {
        using var scratch = new Scratch();
        using var bench = new PcapBench(time: new StoppedClock());
        string path = scratch.Write("spb.pcapng", Section(false), Interface(false), Simple(false, Frame(1)), Simple(false, Frame(2)));
        Assert.Equal(2, bench.Drain(bench.Open($"pcap:{path},pace=recorded").OpenRxQueue(0, bench.Pool)).Count);
    }
}
