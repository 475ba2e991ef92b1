using System.Buffers.Binary;
using PollMode.Drivers.AfXdp.Bpf;
using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>What opening a port gets, and the sentences that say why not.</summary>
public sealed class OpeningTests
{
    [Theory]
    [InlineData("af_xdp:m9", "find the interface 'm9': ENODEV", "ip link")]
    [InlineData("af_xdp:m0,queues=3", "asks for queues 0 to 2, but m0 uses 1", "ethtool -L m0")]
    [InlineData("af_xdp:m0,start_queue=1", "asks for queues 1 to 1, but m0 uses 1", "ask for fewer")]
    [InlineData("af_xdp:m0,zero_copy=require", "bind queue 0 of m0 with zero copy: EOPNOTSUPP", "the driver 'veth' has no zero copy")]
    [InlineData("af_xdp:m0,zero_copy=require,mode=generic", "wants zero copy in generic mode", "mode=native")]
    [InlineData("af_xdp:m0,rx_ring=1000", "is no power of two", "write 1024")]
    [InlineData("af_xdp:m0,rx_ring=1048576", "is not a whole number from 64 to 65536", "")]
    [InlineData("af_xdp:m0,match=tpc", "'tpc' in the filter 'tpc' is no term", "dport:N[-M]")]
    [InlineData("af_xdp:m0,mode=offload", "is not one of auto, native, generic", "")]
    [InlineData("af_xdp:", "names no interface", "af_xdp:eth0")]
    [InlineData("af_xdp:m0,busy_poll=20,busy_poll_budget=65536", "is not a whole number from 1 to 65535", "")]
    [InlineData("af_xdp:m0,map_fd=9999", "use file descriptor 9999 as a BPF map: EBADF", "XSKMAP")]
    [InlineData("af_xdp:m0,sockets=9999", "use file descriptor 9999 as an XDP socket: EBADF", "not yet bound")]
    [InlineData("af_xdp:m0,sockets=1:2,queues=1", "hands in 2 socket(s) for 1 queue(s)", "one for each")]
    [InlineData("af_xdp:m0,sockets=a", "no list of file descriptors", "joined by ':'")]
    public void A_port_that_cannot_be_opened_says_why_and_what_to_do(string spec, string why, string remedy)
    {
        using var bed = new Testbed();
        PollModeException fault = Assert.ThrowsAny<PollModeException>(() => new PortUnderTest(bed, spec));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xdp", Shell.Run($"ip -n {bed.Middle} link show m0"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_namespace_is_named()
    {
        Requires.Bpf();
        string message = Assert.Throws<LinuxException>(() => new AfXdpDriver().Probe(PortSpec.Parse("af_xdp:m0,netns=no-such"))).Message;
        Assert.Contains("no-such", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_buffer_size_needs_unaligned_chunks()
    {
        using var bed = new Testbed();
        var options = new ArenaOptions { LimitBytes = 8 << 20, BufferBytes = 2304 };
        string message = Assert.Throws<PollModeException>(() => new PortUnderTest(bed, "af_xdp:m0", options, buffers: 2000)).Message;
        Assert.Contains("unaligned=true", message, StringComparison.Ordinal);
        using var port = new PortUnderTest(bed, "af_xdp:m0,unaligned=true,rx_ring=512", options, buffers: 2000);
        Exchange(bed, port);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_pool_too_small_for_the_rings_is_refused()
    {
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, "af_xdp:m0", new ArenaOptions { LimitBytes = 4 << 20 }, buffers: 2048, openQueues: 0);
        Assert.Contains("fewer than the 4096", Assert.Throws<PollModeException>(() => port.Port.OpenRxQueue(0, port.Pool)).Message, StringComparison.Ordinal);
        Assert.Contains("has queues 0 to 0", Assert.Throws<PollModeException>(() => port.Port.OpenTxQueue(1, port.Pool)).Message, StringComparison.Ordinal);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_foreign_program_is_named_and_replaced_on_request()
    {
        using var bed = new Testbed();
        using BpfProgram program = BpfProgram.Load(PacketFilter.Parse("arp").Compile(MakeMap(out BpfMap map)), "someone_else", 0);
        int index = NetworkNamespace.Run(bed.Middle, () => new RouteSocket().Find("m0").Index);
        using BpfLink link = NetworkNamespace.Run(bed.Middle, () => BpfLink.TryAttach(program, index, BpfLink.NativeMode, out _))!;
        foreach (string mode in (string[])["", ",mode=generic"])
        {
            string message = Assert.Throws<LinuxException>(() => new PortUnderTest(bed, "af_xdp:m0" + mode)).Message;
            Assert.Contains("it carries the XDP program 'someone_else'", message, StringComparison.Ordinal);
            Assert.Contains("replace=true", message, StringComparison.Ordinal);
        }

        using var port = new PortUnderTest(bed, "af_xdp:m0,replace=true,keep=none");
        Exchange(bed, port);
        port.CloseAndCheck();
        map.Dispose();
    }

    [Fact]
    public void A_second_port_on_the_same_queue_is_refused()
    {
        using var bed = new Testbed();
        using var first = new PortUnderTest(bed, "af_xdp:m0,keep=none");
        string message = Assert.Throws<LinuxException>(() => new PortUnderTest(bed, "af_xdp:m0,keep=none")).Message;
        Assert.Contains("'pollmode'", message, StringComparison.Ordinal);
        Exchange(bed, first);
        first.CloseAndCheck();
    }

    [Fact]
    public void A_long_mtu_gets_chains_or_a_sentence()
    {
        using var bed = new Testbed(mtu: 9000);
        string message = Assert.Throws<LinuxException>(() => new PortUnderTest(bed, "af_xdp:m0,jumbo=false,mode=native")).Message;
        Assert.Contains("ERANGE", message, StringComparison.Ordinal);
        Assert.Contains("jumbo=true", message, StringComparison.Ordinal);
        using (var generic = new PortUnderTest(bed, "af_xdp:m0,jumbo=false"))
        {
            Assert.Contains("generic XDP, because native was refused", generic.ReportText, StringComparison.Ordinal);
            Assert.Contains("longer ones are dropped", generic.ReportText, StringComparison.Ordinal);
        }

        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none");
        Assert.True(port.Port.Capabilities.Segments);
        Assert.Equal(9014, port.Port.Capabilities.MaxFrameBytes);
        Exchange(bed, port);
        port.CloseAndCheck();
    }

    [Fact]
    public void An_interface_that_is_down_is_opened_and_goes_on_when_it_is_up()
    {
        using var bed = new Testbed();
        Shell.Run($"ip -n {bed.Middle} link set m0 down");
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none");
        Assert.Equal(LinkState.Down, port.Port.Link);
        Assert.Contains("the interface is down: run 'ip link set dev m0 up'", port.ReportText, StringComparison.Ordinal);
        Shell.Run($"ip -n {bed.Middle} link set m0 up");
        FaultTests.WaitForLink(port.Port, LinkState.Up);
        Exchange(bed, port);
        port.CloseAndCheck();
    }

    [Fact]
    public void The_loopback_gives_back_what_it_is_sent()
    {
        using var bed = new Testbed();
        Assert.Contains("have crashed kernels", Assert.Throws<PollModeException>(() => new PortUnderTest(bed, "af_xdp:lo,jumbo=true")).Message, StringComparison.Ordinal);
        using var port = new PortUnderTest(bed, "af_xdp:lo,keep=none");
        Assert.False(port.Port.Capabilities.Segments);
        Assert.Contains("generic XDP, because native was refused", port.ReportText, StringComparison.Ordinal);
        Assert.Equal(30, port.SendAll([.. Enumerable.Range(0, 30).Select(_ => port.Make(FaultTests.Frame()))]));
        List<Packet> packets = port.ReceiveUntil(30);
        Assert.Equal(30, packets.Count);
        Assert.All(packets, packet => Assert.Equal(FaultTests.Frame(), packet.Span.ToArray()));
        packets.ForEach(port.Pool.Return);
        port.CloseAndCheck();
    }

    [Fact]
    public void Promiscuous_mode_is_put_back()
    {
        using var bed = new Testbed();
        string Show() => Shell.Run($"ip -n {bed.Middle} -d link show m0");
        using var port = new PortUnderTest(bed, "af_xdp:m0,promiscuous=true");
        Assert.Contains("promiscuity 1", Show(), StringComparison.Ordinal);
        port.CloseAndCheck();
        Assert.Contains("promiscuity 0", Show(), StringComparison.Ordinal);
        Assert.DoesNotContain("xdp", Show(), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_the_filter_takes_leaves_the_kernel()
    {
        Requires.Tools("ping");
        using var bed = new Testbed();
        Shell.Run($"ip -n {bed.Middle} addr add 10.9.0.9/24 dev m0");
        using var port = new PortUnderTest(bed, "af_xdp:m0,match=ethertype:0x88b5");
        Assert.Contains("3 received", Testbed.In(bed.Left, "ping -c 3 -i 0.05 -W 5 10.9.0.9"), StringComparison.Ordinal);
        Exchange(bed, port);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_changed_mtu_and_link_are_heard_of()
    {
        using var bed = new Testbed();
        LinkSnapshot link = NetworkNamespace.Run(bed.Middle, () => new RouteSocket().Find("m0"));
        using LinkMonitor monitor = NetworkNamespace.Run(bed.Middle, () => new LinkMonitor(link, () => false, (_, _) => { }));
        using RouteSocket route = NetworkNamespace.Run(bed.Middle, () => new RouteSocket());
        Assert.Equal((1500, LinkState.Up, 0x020000000101UL), (monitor.Mtu, monitor.State, link.MacAddress));
        Shell.Run($"ip -n {bed.Middle} link set m0 mtu 1400");
        FaultTests.WaitUntil(() => monitor.Mtu == 1400);
        Shell.Run($"ip -n {bed.Middle} link set m0 down");
        FaultTests.WaitUntil(() => monitor.State == LinkState.Down);
        Shell.Run($"ip -n {bed.Middle} link set m0 up");
        FaultTests.WaitUntil(() => monitor.State == LinkState.Up);
        Shell.Run($"ip -n {bed.Left} link set l0 down");
        FaultTests.WaitUntil(() => monitor.State == LinkState.Down);
        Assert.Equal(3, monitor.Changes);
        Shell.Run($"ip -n {bed.Middle} link del m0");
        FaultTests.WaitUntil(() => monitor.State == LinkState.Gone);
        Assert.False(route.TryGet(link.Index, out _));
    }

    [Fact]
    public void A_checksum_asked_for_is_right_on_the_wire_and_a_clone_learns_when_it_left()
    {
        Requires.Tools("tcpdump");
        using var bed = new Testbed();
        foreach (string metadata in (string[])["true", "false"])
        {
            using var port = new PortUnderTest(bed, $"af_xdp:m0,keep=none,tx_metadata={metadata}");
            System.Diagnostics.Process dump = bed.Start(bed.Left, "tcpdump -i l0 -vv -nn -l --immediate-mode -c 3 udp", out CommandOutput output);
            output.WaitFor("listening on");
            Packet[] packets = [.. Enumerable.Range(0, 3).Select(i => MakeDatagram(port, (byte)i))];
            Packet clone = packets[0].Clone();
            long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            Assert.Equal(3, port.SendAll(packets));
            Assert.True(dump.WaitForExit(TimeSpan.FromSeconds(30)), output.ToString());
            dump.WaitForExit();
            Assert.Equal(3, output.ToString().Split("[udp sum ok]").Length - 1);
            if (metadata == "true")
            {
                Assert.Equal(3, port.Counter("q0_tx_timestamps"));
                Assert.InRange(clone.TimestampNanoseconds / 1_000_000, before - 1000, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 1000);
            }

            clone.Free();
            port.CloseAndCheck();
        }
    }

    [Fact]
    public void What_the_device_tells_of_a_frame_is_known_of_the_packet()
    {
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none,rx_metadata=auto");
        Assert.SkipUnless(port.Port.Capabilities.RxFacts.HasFlag(PacketFlags.HasRxHash), $"needs a kernel whose veth tells the hash of a flow: {port.ReportText}");
        Testbed.In(bed.Left, "ping -c 1 -W 1 10.9.0.77", mayFail: true);
        List<Packet> packets = port.ReceiveUntil(1);
        Assert.All(packets, packet => Assert.True(packet.Flags.HasFlag(PacketFlags.HasRxHash)));
        Assert.All(packets, packet => Assert.False(packet.Flags.HasFlag(PacketFlags.HasVlan)));
        packets.ForEach(port.Pool.Return);
        Assert.Contains("the device tells of received frames", port.ReportText, StringComparison.Ordinal);

        // Not every kernel has VLAN devices. Their tag travels beside the frame, where only the device's function finds it.
        if (Shell.TryRun($"ip -n {bed.Left} link add link l0 name l0.77 type vlan id 77").Code == 0)
        {
            Shell.Run($"ip -n {bed.Left} link set l0.77 up");
            Shell.Run($"ip -n {bed.Left} addr add 10.77.0.1/24 dev l0.77");
            Testbed.In(bed.Left, "ping -c 1 -W 1 10.77.0.2", mayFail: true);
            packets = port.ReceiveUntil(1);
            Assert.Contains(packets, packet => packet.Flags.HasFlag(PacketFlags.HasVlan) && (packet.VlanTci & 0xfff) == 77);
            packets.ForEach(port.Pool.Return);
        }

        port.CloseAndCheck();

        string message = Assert.Throws<PollModeException>(() => new PortUnderTest(bed, "af_xdp:m1,mode=generic,rx_metadata=require")).Message;
        Assert.Contains("rx_metadata=auto", message, StringComparison.Ordinal);
    }

    /// <summary>A frame in each direction.</summary>
    internal static void Exchange(Testbed bed, PortUnderTest port)
    {
        Requires.Tools("trafgen");
        bed.SendFrames(20);
        List<Packet> packets = port.ReceiveUntil(20);
        Assert.Equal(20, packets.Count);
        long before = Testbed.Count(bed.Left, "l0", "rx_packets");
        Assert.Equal(20, port.SendAll([.. packets]));
        Assert.True(Testbed.Count(bed.Left, "l0", "rx_packets") - before >= 20);
    }

    private static int MakeMap(out BpfMap map)
    {
        map = BpfMap.Create(BpfMap.TypeXskMap, 1, "other_xsks");
        return map.Number;
    }

    /// <summary>A UDP datagram of 100 bytes whose checksum field holds the sum of the pseudo-header alone.</summary>
    private static Packet MakeDatagram(PortUnderTest port, byte number)
    {
        byte[] frame = new byte[14 + 20 + 8 + 100];
        Convert.FromHexString("020000000001020000000101" + "0800" + "4500008000000000401100000a0900090a090001" + "13881770006c0000").CopyTo(frame, 0);
        new Random(number).NextBytes(frame.AsSpan(42));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), PollMode.Wire.InternetChecksum.Compute(frame.AsSpan(14, 20)));
        uint pseudo = PollMode.Wire.InternetChecksum.Sum([.. frame.AsSpan(26, 8), 0, 17, 0, 108]);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(40), (ushort)pseudo);
        Packet packet = port.Make(frame);
        packet.ChecksumStart = 34;
        packet.ChecksumOffset = 6;
        packet.Flags |= PacketFlags.TxChecksumPartial | PacketFlags.TxTimestamp;
        return packet;
    }
}
