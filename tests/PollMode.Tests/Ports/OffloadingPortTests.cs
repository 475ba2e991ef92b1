using CsCheck;
using PollMode.Tests.Wire;
using Xunit;

namespace PollMode.Tests.Ports;

/// <summary>What other ports' packets leave to a port that cannot do it is done before it gets them, in order and without a loss.</summary>
public sealed class OffloadingPortTests
{
    private const PacketFlags All = SoftwareOffload.Requests;

    [Fact]
    public void Packets_with_and_without_work_leave_in_order_through_a_queue_that_takes_few()
    {
        using var memory = new TestMemory(4);
        Mempool pool = memory.Pool(2048);
        Gen.Select(Gen.Int[0, 7].Array[1, 40], Gen.Int[1, 5], Gen.Int[1, 64]).Sample(
            (kinds, take, burst) =>
            {
                var inner = new KeepingTxQueue(pool, take);
                var queue = new OffloadingTxQueue(inner, pool, All);
                var expected = new List<byte[]>();
                Packet[] packets = [.. kinds.Select((kind, i) => MakeOne(pool, kind, i, expected))];
                Packet[] shared = [.. packets.Where((_, i) => i % 3 == 0).Select(packet => packet.Clone())];
                byte[][] before = [.. shared.Select(LargeSegments.BytesOf)];
                long bytes = packets.Sum(packet => packet.TotalLength + ((packet.Flags & PacketFlags.HasVlan) != 0 && packet.ReferenceCount == 1 && packet.Headroom >= 4 ? 4 : 0));
                for (int at = 0, turns = 0; at < packets.Length || queue.Service(); turns++)
                {
                    at += queue.Send(packets.AsSpan(at, Math.Min(burst, packets.Length - at)));
                    Assert.True(turns < 10_000);
                }

                Assert.Equal(expected, inner.Frames);
                Assert.Equal((packets.Length, bytes), (queue.Counters.Packets, queue.Counters.Bytes));
                Assert.Equal(expected.Count - packets.Length, queue.Pieces - queue.SegmentsCut);
                Assert.Equal(kinds.Count(kind => kind >= 5), queue.SegmentsCut);
                Assert.Equal(kinds.Count(kind => kind is 1 or 2 or 3), queue.Finished);
                Assert.Equal(before, shared.Select(LargeSegments.BytesOf));
                pool.Return(shared);
                Assert.Equal(0, pool.InFlight);
            },
            iter: 100, threads: 1);
    }

    [Fact]
    public void What_has_not_left_comes_home_when_the_port_is_closed()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        var inner = new KeepingTxQueue(pool, 0);
        var queue = new OffloadingTxQueue(inner, pool, All);
        Assert.Equal(1, queue.Send([MakeOne(pool, 5, 1, [])]));
        Packet second = MakeOne(pool, 6, 2, []);
        Assert.Equal(0, queue.Send([second]));
        pool.Return(second);
        Assert.True(queue.Service());
        Assert.True(pool.InFlight > 3);
        queue.Close();
        queue.CopyCounters();
        Assert.Equal(0, pool.InFlight);
        Assert.True(queue.Counters.Dropped > 0);
        Assert.Equal(queue.Pieces, queue.Counters.Dropped);
    }

    [Fact]
    public void A_segment_with_headers_that_are_none_is_counted_as_an_error()
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        var inner = new KeepingTxQueue(pool, 64);
        var queue = new OffloadingTxQueue(inner, pool, All);
        Packet packet = LargeSegments.Make(pool, PacketFlags.SegmentTcpV4, Frames.Arp(), 34, 16, 1000, 1800);
        Assert.Equal(1, queue.Send([packet]));
        Assert.Equal((1, 60, 1, 0), (queue.Counters.Packets, queue.Counters.Bytes, queue.Counters.Errors, pool.InFlight));
        Assert.Empty(inner.Frames);
    }

    [Theory]
    [InlineData(60, false)]
    [InlineData(60, true)]
    [InlineData(25, false)]
    public void A_checksum_outside_its_frame_is_counted_as_an_error_and_holds_nobody_up(int partBytes, bool shared)
    {
        using var memory = new TestMemory();
        Mempool pool = memory.Pool();
        var inner = new KeepingTxQueue(pool, 64);
        var queue = new OffloadingTxQueue(inner, pool, All);
        Packet broken = LargeSegments.Make(pool, 0, new byte[60], 50, 9, 0, partBytes);
        Packet kept = shared ? broken.Clone() : default;
        var expected = new List<byte[]>();
        Assert.Equal(3, queue.Send([MakeOne(pool, 0, 1, expected), broken, MakeOne(pool, 0, 2, expected)]));
        Assert.Equal((3, 1, 0), (queue.Counters.Packets, queue.Counters.Errors, queue.Counters.Dropped));
        Assert.Equal(60 + expected.Sum(frame => frame.Length), queue.Counters.Bytes);
        Assert.Equal(expected, inner.Frames);
        if (shared)
        {
            pool.Return(kept);
        }

        Assert.Equal(0, pool.InFlight);
    }

    [Fact]
    public void It_stands_only_before_ports_that_lack_what_another_may_ask()
    {
        PacketFlags tcp = PacketFlags.TxChecksumPartial | PacketFlags.SegmentTcpV4;
        IPort[] ports = [new AskingPort(tcp, 0), new AskingPort(0, All), new AskingPort(PacketFlags.HasTimestamp, PacketFlags.TxChecksumPartial), new AskingPort(0, 0, txQueues: 0)];
        IPort[] before = [.. ports];
        OffloadingPort.CompleteAll(ports);
        Assert.Equal([false, true, false, true], ports.Zip(before, ReferenceEquals));
        Assert.Equal(tcp, ports[0].Capabilities.TxRequests);
        Assert.Equal(tcp, ports[2].Capabilities.TxRequests);
        Assert.Contains("segmentation of other ports' packets: done in software", ports[2].Report);

        IPort[] content = [new AskingPort(PacketFlags.HasTimestamp | PacketFlags.RxChecksumGood, 0), new AskingPort(0, 0)];
        before = [.. content];
        OffloadingPort.CompleteAll(content);
        Assert.Equal(before, content);
    }

    /// <summary>Makes a packet of some kind, and what must leave for it.</summary>
    private static Packet MakeOne(Mempool pool, int kind, int number, List<byte[]> expected)
    {
        byte[] plain = Frames.UdpV4([1, 2, 3, (byte)number]);
        switch (kind)
        {
            case 1:
                {
                    // The checksum is left open.
                    Packet packet = LargeSegments.Make(pool, 0, LargeSegments.Frame(PacketFlags.SegmentUdp, 200 + number, 0, out int start, out int offset), start, offset, 0, 100 + number);
                    byte[] frame = new byte[42 + 200 + number];
                    _ = packet.CopyTo(frame);
                    Assert.True(SoftwareOffload.TryCompleteChecksum(frame, start, offset));
                    expected.Add(frame);
                    return packet;
                }

            case 2 or 3:
                {
                    // A tag is to be put in; once there is no headroom for it.
                    Assert.True(pool.TryRent(out Packet packet));
                    packet.SetFrame(kind == 2 ? 128 : 2, 0, plain.Length);
                    plain.CopyTo(packet.Span);
                    packet.VlanTci = 0x2007;
                    expected.Add([.. plain[..12], 0x81, 0x00, 0x20, 0x07, .. plain[12..]]);
                    return packet;
                }

            case >= 5:
                {
                    PacketFlags flags = LargeSegments.Kinds[kind - 5];
                    byte[] whole = LargeSegments.Frame(flags, 3000 + number, kind == 5 ? 1 : 0, out int start, out int offset);
                    Packet packet = LargeSegments.Make(pool, flags, whole, start, offset, 900, 1700);
                    var cutter = new SegmentCutter(pool);
                    Assert.True(cutter.TryStart(packet));
                    while (cutter.IsBusy)
                    {
                        Assert.True(cutter.TryNext([], out Packet piece));
                        expected.Add(LargeSegments.BytesOf(piece));
                        pool.Return(piece);
                    }

                    return packet;
                }

            default:
                {
                    Assert.True(pool.TryRent(out Packet packet));
                    Assert.True(packet.TryWrite(plain));
                    expected.Add(plain);
                    return packet;
                }
        }
    }

    /// <summary>Takes a few packets at each call and keeps their bytes.</summary>
    private sealed class KeepingTxQueue(Mempool pool, int take) : ITxQueue
    {
        public QueueCounters Counters { get; } = new();

        public List<byte[]> Frames { get; } = [];

        public int Send(ReadOnlySpan<Packet> packets)
        {
            packets = packets[..Math.Min(take, packets.Length)];
            foreach (Packet packet in packets)
            {
                Assert.Equal(PacketFlags.None, packet.Flags & All);
                Frames.Add(LargeSegments.BytesOf(packet));
            }

            pool.Return(packets);
            Counters.Packets += packets.Length;
            return packets.Length;
        }
    }

    private sealed class AskingPort(PacketFlags facts, PacketFlags requests, int txQueues = 1) : IPort
    {
        public string Name => "asking";

        public PortCapabilities Capabilities => new() { RxFacts = facts, TxRequests = requests, TxQueues = txQueues };

        public LinkState Link => LinkState.Up;

        public IReadOnlyList<string> Report => [];

        public IRxQueue OpenRxQueue(int queue, Mempool pool) => throw new NotSupportedException();

        public ITxQueue OpenTxQueue(int queue, Mempool pool) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
