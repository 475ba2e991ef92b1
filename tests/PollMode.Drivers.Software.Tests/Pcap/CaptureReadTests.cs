using Xunit;
using static PollMode.Drivers.Software.Tests.Pcap.CaptureFiles;

namespace PollMode.Drivers.Software.Tests.Pcap;

public sealed class CaptureReadTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void The_three_recordings_hold_the_same_frames_at_the_same_times()
    {
        List<SeenFrame> nanoseconds = PcapBench.ReadAll(Recorded("mixed-ns.pcap"));
        Assert.Equal(MixedFrames, nanoseconds.Count);
        Assert.Equal(2_619_700, nanoseconds.Sum(frame => frame.Bytes.Length));
        Assert.Equal(nanoseconds, PcapBench.ReadAll(Recorded("mixed.pcapng")));

        // Written by another program at the same time, whose clock readings differ by some microseconds.
        List<SeenFrame> microseconds = PcapBench.ReadAll(Recorded("mixed.pcap"));
        Assert.Equal(nanoseconds.Select(frame => frame.Bytes), microseconds.Select(frame => frame.Bytes));
        Assert.All(nanoseconds.Zip(microseconds), pair => Assert.InRange(pair.Second.Timestamp!.Value - pair.First.Timestamp!.Value, -1000, 25_000));
        Assert.All(microseconds, frame => Assert.Equal(0, frame.Timestamp % 1000));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Pcap_of_either_byte_order_and_resolution_is_read(bool big, bool nanoseconds)
    {
        using var scratch = new Scratch();
        string path = scratch.Write(
            "any.name",
            PcapHeader(big, nanoseconds),
            PcapRecord(big, 7, 999_999, Frame(1)),
            PcapRecord(big, 4_000_000_000, 1, Frame(2, 1514)),
            PcapRecord(big, 9, 0, Frame(3, 60), original: 9000));
        List<SeenFrame> seen = PcapBench.ReadAll(path);
        int unit = nanoseconds ? 1 : 1000;
        Assert.Equal(
            [
                new SeenFrame(Frame(1), (7 * Second) + (999_999L * unit)),
                new SeenFrame(Frame(2, 1514), (4_000_000_000 * Second) + unit),
                new SeenFrame(Frame(3), 9 * Second),
            ],
            seen);
    }

    [Fact]
    public void Pcapng_blocks_of_both_byte_orders_are_read_and_unknown_ones_passed_over()
    {
        using var scratch = new Scratch();
        var parts = new List<byte[]>();
        foreach (bool big in new[] { true, false })
        {
            parts.AddRange(
            [
                Section(big),
                Block(big, 0x0BAD, new byte[40]),
                Interface(big),
                Interface(big, Concat(Option(big, 2, "eth0"u8.ToArray()), Option(big, 9, [9]), Option(big, 14, big ? [0, 0, 0, 0, 0, 0, 0, 5] : [5, 0, 0, 0, 0, 0, 0, 0]), Option(big, 0, []))),
                Interface(big, Option(big, 9, [0x80 | 10]), snap: 33),
                Enhanced(big, 0, 1_500_000, Frame(1, 61), options: Option(big, 2, [1, 0, 0, 0])),
                Enhanced(big, 1, 77, Frame(2, 62), original: 2000),
                Block(big, 5, new byte[12]),
                Enhanced(big, 2, 3 << 9, Frame(3, 63)),
                Obsolete(big, 1, 5_000_000_000, Frame(4, 64)),
                Simple(big, Frame(5, 65)),
            ]);
        }

        string path = scratch.Write("both.bin", [.. parts]);
        using var bench = new PcapBench();
        IPort port = bench.Open($"pcap:{path}");
        SeenFrame[] each =
        [
            new SeenFrame(Frame(1, 61), 1_500_000_000),
            new SeenFrame(Frame(2, 62), (5 * Second) + 77),
            new SeenFrame(Frame(3, 63), 1_500_000_000),
            new SeenFrame(Frame(4, 64), 10 * Second),
            new SeenFrame(Frame(5, 65), null),
        ];
        Assert.Equal([.. each, .. each], bench.Drain(port.OpenRxQueue(0, bench.Pool)));
        Assert.Equal(2, PcapBench.Counter(port, "shortened"));
        Assert.Equal(0, PcapBench.Counter(port, "truncated"));
    }

    [Theory]
    [InlineData(0, 3, 3_000_000_000)]
    [InlineData(6, 3, 3_000)]
    [InlineData(9, 3, 3)]
    [InlineData(12, 3999, 3)]
    [InlineData(30, ulong.MaxValue, 0)]
    [InlineData(127, ulong.MaxValue, 0)]
    [InlineData(0x80, 3, 3_000_000_000)]
    [InlineData(0x80 | 1, 3, 1_500_000_000)]
    [InlineData(0x80 | 32, 3UL << 31, 1_500_000_000)]
    [InlineData(0x80 | 64, 1UL << 63, 500_000_000)]
    [InlineData(0xFF, ulong.MaxValue, 0)]
    public void Timestamp_resolutions_become_nanoseconds(int resolution, ulong units, long nanoseconds) =>
        Assert.Equal(nanoseconds, new CaptureClock((byte)resolution, 0).ToNanoseconds(units));

    [Fact]
    public void A_simple_packet_is_cut_at_the_snap_length_of_its_interface()
    {
        using var scratch = new Scratch();
        string path = scratch.Write("spb.pcapng", Section(false), Interface(false, snap: 40), Simple(false, Frame(1, 40), original: 1500));
        SeenFrame frame = Assert.Single(PcapBench.ReadAll(path));
        Assert.Equal(Frame(1, 40), frame.Bytes);
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData("1", 1)]
    public void A_capture_is_repeated_as_often_as_asked(string loop, int laps)
    {
        using var scratch = new Scratch();
        string path = scratch.Write("loop.pcapng", Section(true), Interface(true), Enhanced(true, 0, 1, Frame(1)), Enhanced(true, 0, 2, Frame(2)));
        using var bench = new PcapBench();
        IPort port = bench.Open($"pcap:{path},loop={loop}");
        Assert.Equal(
            Enumerable.Repeat(new[] { Frame(1), Frame(2) }, laps).SelectMany(lap => lap),
            bench.Drain(port.OpenRxQueue(0, bench.Pool)).Select(frame => frame.Bytes));
        Assert.Equal(laps, PcapBench.Counter(port, "laps"));
    }

    [Theory]
    [InlineData("mixed-ns.pcap", 1)]
    [InlineData("mixed-ns.pcap", 7)]
    [InlineData("mixed.pcapng", 256)]
    public void Found_once_or_lap_by_lap_the_frames_are_the_same(string file, int burst)
    {
        // A pace, however fast, has the capture parsed record by record; without one its frames are found when it is opened.
        List<SeenFrame> parsed = ReceiveAll($"pcap:{Recorded(file)},loop=3,speed=1000000", burst);
        List<SeenFrame> found = ReceiveAll($"pcap:{Recorded(file)},loop=3", burst);
        Assert.Equal(3 * MixedFrames, found.Count);
        Assert.Equal(parsed, found);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("forever")]
    public void An_endless_capture_stays_live(string loop)
    {
        using var bench = new PcapBench();
        IRxQueue queue = bench.Open($"pcap:{Recorded("mixed.pcap")},loop={loop}").OpenRxQueue(0, bench.Pool);
        var packets = new Packet[256];
        long moved = 0;
        while (moved < 5 * MixedFrames)
        {
            int count = queue.Receive(packets);
            Assert.True(count > 0);
            moved += count;
            bench.Pool.Return(packets.AsSpan(0, count));
        }

        Assert.Equal(RxQueueLife.Live, queue.Life);
    }

    [Fact]
    public void An_empty_capture_ends_at_once_even_when_repeated_for_ever()
    {
        using var scratch = new Scratch();
        using var bench = new PcapBench();
        IRxQueue queue = bench.Open($"pcap:{scratch.Write("empty.pcap", PcapHeader(false))},loop=0").OpenRxQueue(0, bench.Pool);
        Assert.Equal(RxQueueLife.Ended, queue.Life);
        Assert.Equal(0, queue.Receive(new Packet[4]));
    }

    [Fact]
    public void A_file_that_is_read_in_windows_gives_the_same_frames_each_lap()
    {
        using var stream = new CaptureReaderHarness(Recorded("mixed.pcapng"), laps: 3, residentBytes: 0, windowBytes: 70_001);
        List<SeenFrame> expected = PcapBench.ReadAll(Recorded("mixed.pcapng"));
        Assert.Equal([.. expected, .. expected, .. expected], stream.ReadAll());
        Assert.Null(stream.Reader.FaultSentence);
    }

    [Fact]
    public void In_windows_a_fault_in_the_middle_ends_each_lap_at_the_same_frame()
    {
        using var scratch = new Scratch();
        byte[] good = File.ReadAllBytes(Recorded("mixed.pcapng"))[..300_000];
        string path = scratch.Write("broken.pcapng", good, Block(false, 6, new byte[100_000]), new byte[900_000]);
        using var resident = new CaptureReaderHarness(path, laps: 3, residentBytes: long.MaxValue, windowBytes: 0);
        using var windows = new CaptureReaderHarness(path, laps: 3, residentBytes: 0, windowBytes: 50_000);
        List<SeenFrame> expected = resident.ReadAll();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, windows.ReadAll());
        Assert.Equal(resident.Reader.FaultSentence, windows.Reader.FaultSentence);
        Assert.NotNull(windows.Reader.FaultSentence);
    }

    [Fact]
    public void A_huge_unknown_block_is_passed_over_in_windows()
    {
        using var scratch = new Scratch();
        string path = scratch.Write("big.pcapng", Section(false), Interface(false), Enhanced(false, 0, 1, Frame(1)), Block(false, 0xC0FFEE, new byte[3 << 20]), Enhanced(false, 0, 2, Frame(2)));
        using var windows = new CaptureReaderHarness(path, laps: 2, residentBytes: 0, windowBytes: 64 << 10);
        Assert.Equal([Frame(1), Frame(2), Frame(1), Frame(2)], windows.ReadAll().Select(frame => frame.Bytes));
        Assert.Null(windows.Reader.FaultSentence);
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(256)]
    [InlineData(65536)]
    public void A_frame_longer_than_a_buffer_becomes_a_chain(int bufferBytes)
    {
        using var scratch = new Scratch();
        byte[][] frames = [Frame(1, 9014), Frame(2, 60), Frame(3, 30_000), Frame(4, 128), Frame(5, 129)];
        string path = scratch.Write("jumbo.pcap", [PcapHeader(false), .. frames.Select(frame => PcapRecord(false, 1, 1, frame))]);
        using var bench = new PcapBench(bufferBytes);
        Assert.Equal(frames, bench.Drain(bench.Open($"pcap:{path}").OpenRxQueue(0, bench.Pool)).Select(frame => frame.Bytes));
    }

    [Fact]
    public void A_chain_waits_until_there_are_buffers_for_all_of_it()
    {
        using var scratch = new Scratch();
        string path = scratch.Write("giant.pcap", PcapHeader(false), PcapRecord(false, 1, 1, Frame(1, 200_000)), PcapRecord(false, 1, 1, Frame(2)));
        using var small = new PcapBench(bufferBytes: 65536, buffers: 32);
        Assert.Equal(32, small.Pool.LimitBuffers);

        // The longest frame has 5 segments of such buffers: take what would hold it, and it waits; nothing is lost.
        var held = new Packet[30];
        Assert.Equal(30, small.Pool.Rent(held));
        IRxQueue queue = small.Open($"pcap:{path}").OpenRxQueue(0, small.Pool);
        var packets = new Packet[8];
        Assert.Equal(0, queue.Receive(packets));
        Assert.Equal(30, small.Pool.InFlight);
        small.Pool.Return(held);
        Assert.Equal(2, queue.Receive(packets));
        Assert.Equal(200_000, packets[0].TotalLength);
        small.Pool.Return(packets.AsSpan(0, 2));
    }

    [Fact]
    public void Without_buffers_no_frame_is_lost()
    {
        using var bench = new PcapBench(buffers: 1024);
        IRxQueue queue = bench.Open($"pcap:{Recorded("mixed.pcap")}").OpenRxQueue(0, bench.Pool);
        var held = new Packet[bench.Pool.Capacity];
        Assert.Equal(held.Length, bench.Pool.Rent(held));
        Assert.Equal(0, queue.Receive(new Packet[64]));
        Assert.Equal(1, queue.Counters.NoBuffer);
        bench.Pool.Return(held);
        Assert.Equal(MixedFrames, bench.Drain(queue).Count);
        Assert.Equal(MixedFrames, queue.Counters.Packets);
        Assert.Equal(2_619_700, queue.Counters.Bytes);
    }

    private static List<SeenFrame> ReceiveAll(string spec, int burst)
    {
        using var bench = new PcapBench();
        return bench.Drain(bench.Open(spec).OpenRxQueue(0, bench.Pool), burst);
    }
}
