namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>What happens on a real host: links that flap, devices that vanish, rings and pools that run dry or full. No buffer is lost.</summary>
public sealed class FaultTests
{
    internal const string Spec = "af_xdp:m0,keep=none,rx_ring=1024,tx_ring=256";

    [Fact]
    public void A_flapping_link_recovers_by_itself()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec);
        for (int round = 0; round < 10; round++)
        {
            Shell.Run($"ip -n {bed.Middle} link set m0 down");
            WaitForLink(port.Port, LinkState.Down);

            // What is sent meanwhile waits, or is still the caller's.
            Packet[] packets = [.. Enumerable.Range(0, 20).Select(_ => port.Make(Frame()))];
            int sent = port.Tx[0].Send(packets);
            port.Pool.Return(packets.AsSpan(sent));
            Shell.Run($"ip -n {bed.Middle} link set m0 up");
            WaitForLink(port.Port, LinkState.Up);
        }

        long before = Testbed.Count(bed.Left, "l0", "rx_packets");
        Assert.Equal(50, port.SendAll([.. Enumerable.Range(0, 50).Select(_ => port.Make(Frame()))]));
        Assert.True(Testbed.Count(bed.Left, "l0", "rx_packets") - before >= 50);
        Testbed.In(bed.Left, "ping -c 1 -W 1 10.9.0.77", mayFail: true);
        List<Packet> received = port.ReceiveUntil(1);
        Assert.NotEmpty(received);
        received.ForEach(port.Pool.Return);
        Assert.True(port.Counter("link_changes") >= 20);
        port.CloseAndCheck();
    }

    [Fact]
    public void Without_a_carrier_what_was_sent_waits_and_leaves_when_it_is_back()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec);
        Shell.Run($"ip -n {bed.Left} link set l0 down");
        WaitForLink(port.Port, LinkState.Down);
        Assert.Equal(100, port.Tx[0].Send([.. Enumerable.Range(0, 100).Select(_ => port.Make(Frame()))]));
        Assert.True(port.Tx[0].Service());
        Assert.Equal(100, port.Counter("q0_tx_outstanding"));
        Shell.Run($"ip -n {bed.Left} link set l0 up");
        WaitForLink(port.Port, LinkState.Up);
        long before = Testbed.Count(bed.Left, "l0", "rx_packets");
        WaitUntil(() => !port.Tx[0].Service());
        WaitUntil(() => Testbed.Count(bed.Left, "l0", "rx_packets") - before >= 100);
        Assert.Equal(0, port.Tx[0].Counters.Dropped);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_deleted_device_is_gone_and_the_other_port_goes_on()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var first = new PortUnderTest(bed, Spec);
        using var second = new PortUnderTest(bed, Spec.Replace("m0", "m1", StringComparison.Ordinal), arena: first.Arena, pool: first.Pool, port: 1);
        Packet[] packets = [.. Enumerable.Range(0, 100).Select(_ => first.Make(Frame()))];
        Assert.Equal(100, first.SendAll(packets));
        Shell.Run($"ip -n {bed.Middle} link del m0");
        WaitForLink(first.Port, LinkState.Gone);

        Packet packet = first.Make(Frame());
        Assert.Equal(0, first.Tx[0].Send([packet]));
        Assert.False(first.Tx[0].Service());
        Assert.Equal(0, first.Rx[0].Receive(new Packet[8]));
        Assert.Equal(LinkState.Up, second.Port.Link);
        Assert.Equal(1, second.SendAll([packet]));
        second.Port.Dispose();
        first.CloseAndCheck();
    }

    [Fact]
    public void A_queue_that_nobody_polls_fills_its_ring_and_goes_on_afterwards()
    {
        Requires.Tools("trafgen");
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none,rx_ring=256,fill_ring=1024,tx_ring=256");
        bed.SendFrames(1000);

        // Not for want of room in the RX ring: each of those would cost the sending side a cache line.
        Assert.Equal(0, port.Counter("q0_rx_ring_full"));
        Assert.True(port.Counter("q0_rx_dropped") >= 1000 - 256, $"{port.Counter("q0_rx_dropped")}");
        List<Packet> packets = port.ReceiveUntil(256);
        Assert.Equal(256, packets.Count);
        packets.ForEach(port.Pool.Return);
        bed.SendFrames(200);
        packets = port.ReceiveUntil(200);
        Assert.Equal(200, packets.Count);
        packets.ForEach(port.Pool.Return);
        port.CloseAndCheck();
    }

    [Fact]
    public void One_call_sends_as_much_as_the_kernel_lets_it_and_the_rest_follows_at_once()
    {
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec + ",tx_budget=32");
        Packet[] packets = [.. Enumerable.Range(0, 200).Select(_ => port.Make(Frame()))];
        long before = Testbed.Count(bed.Left, "l0", "rx_packets");
        Assert.Equal(200, port.Tx[0].Send(packets));
        WaitUntil(() => Testbed.Count(bed.Left, "l0", "rx_packets") - before >= 200);
        if (Testbed.IsVeth)
        {
            Assert.InRange(port.Counter("q0_tx_wakeups"), 200 / 32, 20);
        }

        port.CloseAndCheck();
    }

    [Fact]
    public void A_small_pool_starves_the_fill_ring_and_both_go_on_afterwards()
    {
        using var leaks = new LeakCheck();
        Requires.Tools("trafgen");
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, "af_xdp:m0,keep=none,rx_ring=512,tx_ring=256", new ArenaOptions { LimitBytes = 2 << 20 }, buffers: 1024);

        // Everything the pool has is held here, so that the fill ring runs dry.
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "{ 0x02,0,0,0,1,1, 0x02,0,0,0,0,1, 0x88,0xb5, fill(0x5a, 60) }\n");
        bed.Start(bed.Left, $"trafgen --dev l0 --conf {file} --num 1000000 --cpus 1 --gap 100us", out _);
        List<Packet> held = port.ReceiveUntil(1024);
        Assert.Equal(1024, held.Count);
        WaitUntil(() => Receive(port, held) == 0 && port.Counter("q0_fill_ring_empty") > 0 && port.Counter("q0_rx_dropped") > 0);
        Assert.True(port.Rx[0].Counters.NoBuffer > 0);
        Assert.True(port.Rx[0].Counters.Dropped > 0);
        held.ForEach(port.Pool.Return);

        for (int i = 0; i < 20; i++)
        {
            List<Packet> again = port.ReceiveUntil(200);
            Assert.True(again.Count >= 200, $"{again.Count}");
            again.ForEach(port.Pool.Return);
        }

        File.Delete(file);
        port.CloseAndCheck();
    }

    [Fact]
    public void A_full_ring_leaves_packets_with_the_caller()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec);
        Shell.Run($"ip -n {bed.Middle} link set m0 down");
        WaitForLink(port.Port, LinkState.Down);
        Packet[] packets = [.. Enumerable.Range(0, 400).Select(_ => port.Make(Frame()))];
        int sent = 0;
        for (int i = 0; i < 10; i++)
        {
            sent += port.Tx[0].Send(packets.AsSpan(sent));
        }

        Assert.Equal(256, sent);
        Shell.Run($"ip -n {bed.Middle} link set m0 up");
        WaitForLink(port.Port, LinkState.Up);
        Assert.Equal(144, port.SendAll(packets.AsSpan(256)));
        Assert.Equal(0, port.Counter("q0_tx_outstanding"));
        port.CloseAndCheck();
    }

    [Fact]
    public unsafe void A_socket_that_would_never_send_again_is_replaced()
    {
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec + ",tx_metadata=true");
        Shell.Run($"ip -n {bed.Middle} link set m0 down");
        WaitForLink(port.Port, LinkState.Down);
        byte* metadata = null;
        for (int i = 0; i < 40; i++)
        {
            Packet packet = port.Make(Frame());
            packet.Flags |= PacketFlags.TxTimestamp;
            metadata = i == 5 ? packet.DataPointer - AfXdp.Xsk.XskTxMetadata.Bytes : metadata;
            Assert.Equal(1, port.Tx[0].Send([packet]));
        }

        // Somebody writes to memory that is not his any more: the kernel answers EINVAL to this frame until the end of days.
        ((AfXdp.Xsk.XskTxMetadata*)metadata)->Flags = ulong.MaxValue;
        Shell.Run($"ip -n {bed.Middle} link set m0 up");
        WaitForLink(port.Port, LinkState.Up);
        WaitUntil(() =>
        {
            port.Tx[0].Service();
            Packet[] none = new Packet[8];
            port.Pool.Return(none.AsSpan(0, port.Rx[0].Receive(none)));
            return port.Counter("q0_socket_replacements") == 1 && !port.Tx[0].Service();
        });

        long before = Testbed.Count(bed.Left, "l0", "rx_packets");
        Assert.Equal(100, port.SendAll([.. Enumerable.Range(0, 100).Select(_ => port.Make(Frame()))]));
        Assert.True(Testbed.Count(bed.Left, "l0", "rx_packets") - before >= 100);
        Testbed.In(bed.Left, "ping -c 1 -W 1 10.9.0.77", mayFail: true);
        List<Packet> received = port.ReceiveUntil(1);
        Assert.NotEmpty(received);
        received.ForEach(port.Pool.Return);
        port.CloseAndCheck();
    }

    [Fact]
    public void Opening_and_closing_leaves_no_file_behind_and_finds_the_queue_free()
    {
        using var bed = new Testbed();
        int before = 0;
        for (int round = 0; round < 15; round++)
        {
            using var port = new PortUnderTest(bed, Spec + ",promiscuous=true");
            Assert.Equal(10, port.SendAll([.. Enumerable.Range(0, 10).Select(_ => port.Make(Frame()))]));
            port.CloseAndCheck();
            int files = Directory.GetFiles("/proc/self/fd").Length;
            before = round == 0 ? files : before;
            Assert.True(files <= before + 2, $"{files} files open, {before} after the first round");
        }
    }

    internal static byte[] Frame() => [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 1, 0x88, 0xb5, .. new byte[46]];

    internal static void WaitForLink(IPort port, LinkState state) => WaitUntil(() => port.Link == state);

    internal static void WaitUntil(Func<bool> condition)
    {
        long deadline = Environment.TickCount64 + 30_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "it never came true");
            Thread.Sleep(2);
        }
    }

    private static int Receive(PortUnderTest port, List<Packet> held)
    {
        Packet[] burst = new Packet[64];
        int count = port.Rx[0].Receive(burst);
        held.AddRange(burst.AsSpan(0, count));
        return count;
    }
}
