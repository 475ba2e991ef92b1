using PollMode.Drivers.AfXdp.Bpf;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Frames that a queue has no buffers for: dropped by the program, counted, and no more of them than need be.</summary>
public sealed class SheddingTests
{
    private const string Spec = "af_xdp:m0,keep=none,rx_ring=256,tx_ring=256";
    private const uint Dropped = 1;
    private const int Ring = 256;

    [Fact]
    public void A_closed_gate_drops_and_counts_and_an_open_one_does_neither()
    {
        Requires.Bpf();
        using RxGates? gates = RxGates.TryCreate(40, out int errno);
        Assert.NotNull(gates);
        Assert.Equal(0, errno);
        using BpfMap map = BpfMap.Create(BpfMap.TypeXskMap, 40, "test_xsks");

        // The kernel runs it as if for queue 0, which leads to no socket: then the frame is the kernel's.
        using BpfProgram all = BpfProgram.Load(PacketFilter.All.Compile(map.Number, gates: gates), "test_gates", BpfProgram.HasFragments);
        using BpfProgram some = BpfProgram.Load(PacketFilter.Parse("ethertype:0x88b5", string.Empty, keepManagement: true).Compile(map.Number, gates: gates), "test_gates", 0);
        byte[] taken = [.. Enumerable.Repeat((byte)2, 12), 0x88, 0xb5, .. new byte[46]];
        byte[] left = [.. Enumerable.Repeat((byte)2, 12), 0x88, 0xb6, .. new byte[46]];
        RxGate gate = gates.Of(0, Ring);
        RxGate last = gates.Of(39, Ring);
        last.Tend(1, 0);
        Assert.Equal((2u, 2u), (all.TestRun(taken), some.TestRun(taken)));
        Assert.Equal(0, gate.Shed);

        gate.Tend(1, 0);
        Assert.Equal((Dropped, Dropped, 2u), (all.TestRun(taken), some.TestRun(taken), some.TestRun(left)));
        Assert.Equal((2, 0), (gate.Shed, last.Shed));

        gate.Open();
        Assert.Equal(2u, all.TestRun(taken));
        Assert.Equal((2, 0), (gates.Of(0, Ring).Shed, last.Shed));
    }

    [Fact]
    public void A_gate_closes_when_the_kernel_has_next_to_nothing_and_opens_when_it_has_enough()
    {
        Requires.Bpf();
        using RxGates gates = RxGates.TryCreate(1, out _)!;
        using BpfMap map = BpfMap.Create(BpfMap.TypeXskMap, 1, "test_xsks");
        using BpfProgram program = BpfProgram.Load(PacketFilter.All.Compile(map.Number, gates: gates), "test_gates", 0);
        byte[] frame = new byte[60];
        RxGate gate = gates.Of(0, Ring);
        (int Waiting, int Stock, bool IsOpen)[] steps =
        [
            (240, 16, true), (241, 15, false), (200, 56, false), (193, 63, false), (192, 64, true), (200, 56, true), (256, 0, false),
            (0, 3, true), (1, 2, false), (0, 0, true),
        ];
        foreach ((int waiting, int stock, bool isOpen) in steps)
        {
            gate.Tend(waiting, stock);
            Assert.Equal((waiting, stock, isOpen), (waiting, stock, program.TestRun(frame) == 2));
        }

        // A ring of any size fills before its gate closes for good: with one buffer left of the smallest.
        RxGate small = gates.Of(0, 1);
        small.Tend(1, 1);
        Assert.Equal(2u, program.TestRun(frame));
    }

    [Fact]
    public void What_a_queue_has_no_buffers_for_is_dropped_by_the_program_until_the_worker_has_caught_up()
    {
        Requires.Tools("trafgen");
        Assert.SkipUnless(Testbed.IsVeth, "the device copies nothing");
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec);

        // Nobody polls: the ring fills, and what comes then finds no buffer.
        bed.SendFrames(Ring + 50);
        FaultTests.WaitUntil(() => port.Counter("q0_rx_dropped") == 50);
        Assert.Equal((0, 50), (port.Counter("q0_rx_shed"), port.Rx[0].Counters.Dropped));

        // The worker sees that nothing is left, and takes too little to change that.
        Packet[] burst = new Packet[64];
        List<Packet> packets = [];
        packets.AddRange(burst.AsSpan(0, port.Rx[0].Receive(burst.AsSpan(0, 8))));
        bed.SendFrames(30);
        FaultTests.WaitUntil(() => port.Counter("q0_rx_shed") == 30);
        Assert.Equal((50, 80), (port.Counter("q0_rx_dropped"), port.Rx[0].Counters.Dropped));

        // When it has caught up, everything comes again.
        packets.AddRange(port.ReceiveUntil(Ring - 8));
        Assert.Equal(Ring, packets.Count);
        Assert.Equal(0, port.Rx[0].Receive(burst));
        bed.SendFrames(200);
        packets.AddRange(port.ReceiveUntil(200));
        Assert.Equal((Ring + 200, 30, 50), (packets.Count, port.Counter("q0_rx_shed"), port.Counter("q0_rx_dropped")));
        Assert.Equal(port.Rx[0].Counters.Packets, packets.Count);
        packets.ForEach(port.Pool.Return);
        port.CloseAndCheck();

        // Counters stay readable when the map is gone.
        Assert.Equal(30, port.Counter("q0_rx_shed"));
    }

    [Fact]
    public void Without_shedding_the_socket_drops()
    {
        Requires.Tools("trafgen");
        Assert.SkipUnless(Testbed.IsVeth, "the device copies nothing");
        using var leaks = new LeakCheck();
        using var bed = new Testbed();
        using var port = new PortUnderTest(bed, Spec + ",shed=false");
        Assert.Contains("dropped at the socket: shed=false", port.ReportText, StringComparison.Ordinal);
        bed.SendFrames(Ring);
        Packet[] burst = new Packet[8];
        FaultTests.WaitUntil(() => Testbed.Count(bed.Left, "l0", "tx_packets") >= Ring);
        Assert.Equal(8, port.Rx[0].Receive(burst));
        bed.SendFrames(30);
        FaultTests.WaitUntil(() => port.Counter("q0_rx_dropped") == 30);
        Assert.Equal(0, port.Counter("q0_rx_shed"));
        foreach (Packet packet in burst)
        {
            port.Pool.Return(packet);
        }

        port.CloseAndCheck();
    }
}
