using PollMode.Linux;
using PollMode.Testing;
using Xunit;

namespace PollMode.Drivers.AfPacket.Tests;

/// <summary>Two ports on the ends of a veth pair: what one sends the other receives.</summary>
public sealed class AfPacketPairTests
{
    [Theory]
    [InlineData("", 1500)]
    [InlineData(",offload=true", 1500)]
    [InlineData("", 9000)]
    [InlineData("", 1972)]
    public void Frames_of_all_sizes_arrive_whole_and_in_order(string keys, int mtu)
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair(mtu);
        IPort left = pair.Open("af_packet:v0" + keys);
        IPort right = pair.Open("af_packet:v1" + keys);
        ITxQueue tx = left.OpenTxQueue(0, pair.Pool);
        IRxQueue rx = right.OpenRxQueue(0, pair.Pool);

        List<byte[]> given = [.. Enumerable.Range(0, 400).Select(i => Frame(i, 60 + (i * 37 % (mtu + 14 - 60)))), Frame(1, mtu + 14), Tagged(Frame(2, mtu + 14))];
        int untagged = given.Count;

        // 3328 bytes, with the tag, are copied by the kernel; of one more it takes the ring's pages.
        given.AddRange([Frame(3, 60), Frame(4, mtu + 14), .. new[] { 3323, 3324, 3325, 3328, 3329 }.Where(size => size <= mtu).Select(size => Frame(5, size))]);
        byte[][] expected = [.. given.Select((frame, i) => i < untagged ? frame : Tagged(frame))];
        for (int i = 0; i < given.Count; i++)
        {
            Packet packet = pair.Make(given[i], i % 3 == 0 ? 100 : 1920);
            if (i >= untagged)
            {
                packet.VlanTci = 0x2007;
            }

            Assert.Equal(1, tx.Send([packet]));
        }

        Assert.Equal(expected, pair.Receive(rx, expected.Length));
        Assert.True(SpinWait.SpinUntil(() => !tx.Service(), TimeSpan.FromSeconds(20)));
        Assert.Equal((given.Count, given.Sum(frame => (long)frame.Length), 0), (tx.Counters.Packets, tx.Counters.Bytes, tx.Counters.Errors));
        Assert.Equal((expected.Length, expected.Sum(frame => (long)frame.Length)), (rx.Counters.Packets, rx.Counters.Bytes));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_vlan_tag_is_put_back_or_told(bool metadata, bool offload)
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        string keys = $",vlan={(metadata ? "metadata" : "frame")},offload={(offload ? "true" : "false")}";
        ITxQueue tx = pair.Open("af_packet:v0" + keys).OpenTxQueue(0, pair.Pool);
        IRxQueue rx = pair.Open("af_packet:v1" + keys).OpenRxQueue(0, pair.Pool);
        byte[] plain = Frame(1, 100);
        byte[] tagged = Tagged(plain);
        byte[] service = [.. plain[..12], 0x88, 0xA8, 0x20, 0x07, .. plain[12..]];
        Packet asked = pair.Make(plain);
        asked.VlanTci = 0x2007;
        Assert.Equal(3, tx.Send([pair.Make(tagged), asked, pair.Make(service)]));
        var tags = new List<int>();
        List<byte[]> frames = pair.Receive(rx, 3, packet => tags.Add((packet.Flags & PacketFlags.HasVlan) != 0 ? packet.VlanTci : -1));
        Assert.Equal(metadata ? [plain, plain, service] : [tagged, tagged, service], frames);
        Assert.Equal(metadata ? [0x2007, 0x2007, -1] : [-1, -1, -1], tags);
    }

    [Theory]
    [InlineData(4054)]
    [InlineData(1800)]
    public void A_large_segment_keeps_its_vlan_tag_and_its_place(int size)
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        ITxQueue tx = pair.Open("af_packet:v0,vlan=metadata,offload=true").OpenTxQueue(0, pair.Pool);
        IRxQueue rx = pair.Open("af_packet:v1,vlan=metadata,offload=true").OpenRxQueue(0, pair.Pool);
        byte[] large = Frame(1, size);
        (byte high, byte low) = ((byte)((size - 14) >> 8), (byte)(size - 14));
        byte[] headers =
        [
            0x08, 0x00, 0x45, 0, high, low, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
            0, 80, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0,
        ];
        headers.CopyTo(large, 12);
        Packet segment = pair.Make(large);
        segment.VlanTci = 0x2007;
        segment.ChecksumStart = 34;
        segment.ChecksumOffset = 16;
        segment.SegmentationBytes = 1000;
        segment.Flags |= PacketFlags.TxChecksumPartial | PacketFlags.SegmentTcpV4;
        Assert.Equal(3, tx.Send([pair.Make(Frame(2, 100)), segment, pair.Make(Frame(3, 100))]));
        var tags = new List<int>();
        List<byte[]> frames = pair.Receive(rx, 3, packet => tags.Add((packet.Flags & PacketFlags.HasVlan) != 0 ? packet.VlanTci : -1));
        Assert.Equal([Frame(2, 100), large, Frame(3, 100)], frames);
        Assert.Equal([-1, 0x2007, -1], tags);
        Assert.Equal(0, tx.Counters.Errors);
    }

    [Fact]
    public void Own_frames_are_not_received_whether_the_qdisc_is_bypassed_or_not()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        foreach (string keys in new[] { ",qdisc_bypass=true", ",qdisc_bypass=false", ",qdisc_bypass=false,queues=2" })
        {
            using IPort left = pair.Open("af_packet:v0" + keys);
            using IPort right = pair.Open("af_packet:v1");
            ITxQueue tx = left.OpenTxQueue(0, pair.Pool);
            IRxQueue[] own = [.. Enumerable.Range(0, left.Capabilities.RxQueues).Select(queue => left.OpenRxQueue(queue, pair.Pool))];
            IRxQueue rx = right.OpenRxQueue(0, pair.Pool);
            for (int i = 0; i < 100; i++)
            {
                Assert.Equal(1, tx.Send([pair.Make(Frame(i, 60))]));
            }

            Assert.Equal(100, pair.Receive(rx, 100).Count);
            Assert.All(own, queue => Assert.Equal(0, pair.Drain(queue)));
        }
    }

    [Fact]
    public void Fanout_deals_each_frame_to_one_queue()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        ITxQueue tx = pair.Open("af_packet:v0").OpenTxQueue(0, pair.Pool);
        IPort right = pair.Open("af_packet:v1,queues=3,fanout=lb");
        IRxQueue[] queues = [.. Enumerable.Range(0, 3).Select(queue => right.OpenRxQueue(queue, pair.Pool))];
        for (int i = 0; i < 300; i++)
        {
            Assert.Equal(1, tx.Send([pair.Make(Frame(i, 60))]));
        }

        int[] counts = [.. queues.Select(queue => pair.Receive(queue, 100).Count + pair.Drain(queue))];
        Assert.Equal([100, 100, 100], counts);
    }

    [Fact]
    public void A_filter_lets_pass_what_it_says()
    {
        HostRights.NeedNamespaces();
        HostRights.NeedProgram("tcpdump");
        using var pair = new VethPair();
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, HostCommand.Must("tcpdump", "-y", "EN10MB", "-ddd", "ether[14] = 7"));
            ITxQueue tx = pair.Open("af_packet:v0").OpenTxQueue(0, pair.Pool);
            IPort right = pair.Open($"af_packet:v1,filter={file}");
            IRxQueue rx = right.OpenRxQueue(0, pair.Pool);
            for (int i = 0; i < 50; i++)
            {
                Assert.Equal(1, tx.Send([pair.Make(Frame(i % 10, 60))]));
            }

            List<byte[]> frames = pair.Receive(rx, 5);
            Assert.Equal(5, frames.Count);
            Assert.All(frames, frame => Assert.Equal(Frame(7, 60), frame));
            Assert.Equal(0, pair.Drain(rx));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_full_ring_drops_and_the_drops_are_counted()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        ITxQueue tx = pair.Open("af_packet:v0").OpenTxQueue(0, pair.Pool);
        IPort right = pair.Open("af_packet:v1,block_bytes=65536,blocks=2");
        IRxQueue rx = right.OpenRxQueue(0, pair.Pool);
        const int Sent = 3000;
        byte[] frame = Frame(1, 1000);
        for (int i = 0; i < Sent;)
        {
            Packet packet = pair.Make(frame);
            int taken = tx.Send([packet]);
            i += taken;
            if (taken == 0)
            {
                packet.Free();
                Thread.Yield();
            }
        }

        Assert.True(SpinWait.SpinUntil(() => !tx.Service(), TimeSpan.FromSeconds(20)));
        long received = pair.Drain(rx);
        Assert.InRange(received, 1, Sent - 1);

        // No further frame came that could have told of the loss.
        Assert.Equal(Sent, received + rx.Counters.Dropped);
        var counters = new List<PortCounter>();
        right.CollectCounters(counters);
        Assert.Equal(rx.Counters.Dropped, counters.First(counter => counter.Name == "ring_dropped").Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",offload=true")]
    public void A_frame_that_the_interface_cannot_carry_is_counted_as_an_error(string keys)
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        IPort left = pair.Open("af_packet:v0" + keys);
        ITxQueue tx = left.OpenTxQueue(0, pair.Pool);
        IRxQueue rx = pair.Open("af_packet:v1").OpenRxQueue(0, pair.Pool);
        byte[] full = Frame(1, 1514);
        byte[] tagged = Tagged(full);
        Packet asked = pair.Make(full);
        Packet askedTwice = pair.Make(tagged);
        asked.VlanTci = 0x2007;
        askedTwice.VlanTci = 0x2007;
        Packet[] packets = [pair.Make(full), pair.Make(tagged), asked, pair.Make(Frame(2, 1515)), pair.Make([.. tagged, 0]), pair.Make(full.AsSpan(0, 13)), askedTwice];
        Assert.Equal(7, tx.Send(packets));
        Assert.Equal([full, tagged, tagged], pair.Receive(rx, 3));
        Assert.Equal((7, 4), (tx.Counters.Packets, tx.Counters.Errors));

        // The engine looks at the link all the time, and the port with it at the MTU.
        pair.Space.Ip("link", "set", "dev", "v0", "mtu", "1000");
        Assert.Equal(LinkState.Up, left.Link);
        Assert.Equal(2, tx.Send([pair.Make(Frame(3, 1014)), pair.Make(Frame(4, 1015))]));
        Assert.Equal([Frame(3, 1014)], pair.Receive(rx, 1));
        Assert.Equal(5, tx.Counters.Errors);
        Assert.Equal(0, pair.Drain(rx));
    }

    [Fact]
    public void A_frame_that_the_device_never_takes_is_given_up_and_those_behind_it_leave()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        IPort left = pair.Open("af_packet:v0");
        ITxQueue tx = left.OpenTxQueue(0, pair.Pool);
        IRxQueue rx = pair.Open("af_packet:v1").OpenRxQueue(0, pair.Pool);

        // A veth drops what its other end cannot take, and a packet socket keeps such a frame to be tried again.
        pair.Space.Ip("link", "set", "dev", "v1", "mtu", "1000");
        Assert.Equal(5, tx.Send([pair.Make(Frame(1, 500)), pair.Make(Frame(2, 1514)), pair.Make(Frame(3, 500)), pair.Make(Frame(4, 1514)), pair.Make(Frame(5, 500))]));
        Assert.True(SpinWait.SpinUntil(() => !tx.Service(), TimeSpan.FromSeconds(20)));
        Assert.Equal([Frame(1, 500), Frame(3, 500), Frame(5, 500)], pair.Receive(rx, 3));
        Assert.Equal((5, 2, 0), (tx.Counters.Packets, tx.Counters.Dropped, tx.Counters.Errors));
        var counters = new List<PortCounter>();
        left.CollectCounters(counters);
        Assert.True(counters.First(counter => counter.Name == "interface_tx_dropped").Value >= 2);
    }

    [Fact]
    public void Promiscuity_ends_with_the_port()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        using (pair.Open("af_packet:v0"))
        {
            Assert.Contains("promiscuity 1", pair.Space.Ip("-d", "link", "show", "v0"), StringComparison.Ordinal);
        }

        Assert.Contains("promiscuity 0", pair.Space.Ip("-d", "link", "show", "v0"), StringComparison.Ordinal);
        using IPort modest = pair.Open("af_packet:v0,promisc=false");
        Assert.Contains("promiscuity 0", pair.Space.Ip("-d", "link", "show", "v0"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_burst_allocates_nothing_and_a_shared_packet_stays_whole()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        ITxQueue tx = pair.Open("af_packet:v0").OpenTxQueue(0, pair.Pool);
        IRxQueue rx = pair.Open("af_packet:v1").OpenRxQueue(0, pair.Pool);
        var packets = new Packet[64];
        byte[] frame = Frame(3, 300);
        Packet kept = pair.Make(frame);
        long before = 0;
        long moved = 0;
        for (int round = 0; round < 1000; round++)
        {
            if (round == 100)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            int count = pair.Pool.Rent(packets.AsSpan(0, 32));
            foreach (Packet packet in packets.AsSpan(0, count))
            {
                packet.TryWrite(frame);
            }

            packets[count++] = kept.Clone();
            int sent = tx.Send(packets.AsSpan(0, count));
            pair.Pool.Return(packets.AsSpan(sent, count - sent));
            tx.Service();
            int received = rx.Receive(packets);
            moved += received;
            pair.Pool.Return(packets.AsSpan(0, received));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(moved > 0);
        Assert.Equal(frame, kept.Span.ToArray());
        kept.Free();
        pair.Drain(rx);
    }

    [Theory]
    [InlineData("af_packet:nosuch0", "nosuch0")]
    [InlineData("af_packet:", "must name an interface")]
    [InlineData("af_packet:lo,filter=/nonexistent", "tcpdump")]
    [InlineData("af_packet:lo,filter=1;2", "no classic BPF")]
    [InlineData("af_packet:lo,block_bytes=70000", "multiple of 65536")]
    [InlineData("af_packet:lo,tx_frames=100", "power of two")]
    public void What_cannot_be_opened_says_why(string spec, string part) =>
        Assert.Contains(part, Assert.ThrowsAny<PollModeException>(() => new AfPacketDriver().Probe(PortSpec.Parse(spec))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_filter_that_the_kernel_refuses_is_reported()
    {
        HostRights.NeedNamespaces();
        using var pair = new VethPair();
        LinuxException fault = Assert.Throws<LinuxException>(() => pair.Open("af_packet:v0,filter=1;65535 0 0 0"));
        Assert.Equal(Errno.EINVAL, fault.ErrorNumber);
    }

    private static byte[] Tagged(ReadOnlySpan<byte> frame) => [.. frame[..12], 0x81, 0x00, 0x20, 0x07, .. frame[12..]];

    private static byte[] Frame(int number, int size)
    {
        var frame = new byte[size];
        new Random(number).NextBytes(frame);
        ReadOnlySpan<byte> header = [0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x88, 0xB5];
        header.CopyTo(frame);
        frame[14] = (byte)number;
        return frame;
    }
}
