namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Frames that cannot be sent or received: each is counted and freed, and those behind it go on.</summary>
public sealed class OddFrameTests
{
    [Fact]
    public void A_frame_that_can_never_be_sent_is_counted_and_does_not_stop_those_behind_it()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, FaultTests.Spec);
        long before = Testbed.Count(bed.Left, "l0", "rx_packets");
        Packet empty = port.Make(FaultTests.Frame());
        Assert.True(empty.TryTrimEnd(empty.Length));
        Packet absurd = port.Make(FaultTests.Frame());
        absurd.ChecksumStart = 50;
        absurd.ChecksumOffset = 16;
        absurd.Flags |= PacketFlags.TxChecksumPartial;
        Packet[] packets =
        [
            port.Make(FaultTests.Frame()), port.Make(FaultTests.Frame().AsSpan(0, 13)), empty, port.Make(FaultTests.Frame()), absurd,
            port.Make([.. FaultTests.Frame(), .. new byte[1500]]), port.Make(FaultTests.Frame().AsSpan(0, 14)), port.Make(FaultTests.Frame()),
        ];
        Assert.Equal(packets.Length, port.SendAll(packets));
        FaultTests.WaitUntil(() => Testbed.Count(bed.Left, "l0", "rx_packets") - before >= 4);

        // The device's MTU is the kernel's to know: it takes a longer frame, and tells so.
        Assert.Equal((8, 3, 1), (port.Tx[0].Counters.Packets, port.Tx[0].Counters.Errors, port.Tx[0].Counters.Dropped));
        Assert.Equal(0, port.Counter("q0_tx_invalid_descs"));
        Assert.Equal(0, port.Counter("q0_socket_replacements"));
        port.CloseAndCheck();
        Assert.Equal(4, Testbed.Count(bed.Left, "l0", "rx_packets") - before);
    }

    [Fact]
    public void A_frame_longer_than_a_buffer_is_counted_where_chains_are_not_wanted()
    {
        Requires.Tools("trafgen");
        using var leaks = new LeakCheck();
        using var bed = new Testbed(mtu: 3000);
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none,jumbo=false");
        Assert.Contains("frames up to 1792 bytes, though the MTU is 3000: longer ones are dropped", port.ReportText, StringComparison.Ordinal);
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "{ 0x02,0,0,0,1,1, 0x02,0,0,0,0,1, 0x88,0xb5, fill(0x5a, 2000) }\n{ 0x02,0,0,0,1,1, 0x02,0,0,0,0,1, 0x88,0xb5, fill(0x5a, 1778) }\n");
        Testbed.In(bed.Left, $"trafgen --dev l0 --conf {file} --num 100 --cpus 1");
        File.Delete(file);
        List<Packet> packets = port.ReceiveUntil(50);
        Assert.Equal(50, packets.Count);
        Assert.All(packets, packet => Assert.Equal(1792, packet.Length));
        packets.ForEach(port.Pool.Return);
        Assert.Equal(50, port.Counter("q0_rx_dropped"));
        Assert.Equal(50, port.Rx[0].Counters.Dropped);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_chain_whose_buffers_come_in_different_calls_is_counted_with_its_last_one()
    {
        Requires.Tools("trafgen");
        using var leaks = new LeakCheck();
        using var bed = new Testbed(mtu: 3000);
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none,jumbo=true");
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "{ 0x02,0,0,0,1,1, 0x02,0,0,0,0,1, 0x88,0xb5, fill(0x5a, 2000) }\n{ 0x02,0,0,0,1,1, 0x02,0,0,0,0,1, 0x88,0xb5, fill(0x5a, 100) }\n");
        Testbed.In(bed.Left, $"trafgen --dev l0 --conf {file} --num 40 --cpus 1");
        File.Delete(file);

        // A burst of one looks at a buffer at a time; each call is checked to count what it gives.
        List<Packet> packets = port.ReceiveUntil(40, most: 1);
        Assert.Equal(20, packets.Count(packet => (packet.TotalLength, packet.SegmentCount > 1) == (2014, true)));
        Assert.Equal((40, 20 * (2014 + 114)), (port.Rx[0].Counters.Packets, port.Rx[0].Counters.Bytes));
        packets.ForEach(port.Pool.Return);
        port.CloseAndCheck();
    }
}
