namespace PollMode.Testing;

/// <summary>A port and the one that its wire leads to, both opened by spec. The other end uses the foreign pool.</summary>
public class PairHarness : PortHarness
{
    private readonly IPort _peer;
    private readonly IRxQueue _peerRx;
    private readonly ITxQueue _peerTx;

    public PairHarness(DriverRegistry drivers, string spec, string peerSpec, bool rentsToReceive = false, PoolHarness? memory = null, bool turnsToConnect = false)
        : base(memory ?? new PoolHarness())
    {
        RentsToReceive = rentsToReceive;
        var shared = new Dictionary<string, object>(StringComparer.Ordinal);
        Port = TestPorts.Open(drivers, spec, TestPorts.Context(Memory, 0, shared));
        _peer = TestPorts.Open(drivers, peerSpec, TestPorts.Context(Memory, 1, shared));
        Rx = Port.OpenRxQueue(0, Memory.Pool);
        Tx = Port.OpenTxQueue(0, Memory.Pool);
        _peerRx = _peer.OpenRxQueue(0, Memory.Foreign);
        _peerTx = _peer.OpenTxQueue(0, Memory.Foreign);
        WaitForLinks(turnsToConnect);
    }

    public sealed override IPort Port { get; }

    public sealed override IRxQueue Rx { get; }

    public sealed override ITxQueue Tx { get; }

    public override bool RentsToReceive { get; }

    public override int Feed(IReadOnlyList<byte[]> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        for (int i = 0; i < frames.Count; i++)
        {
            Packet packet = Memory.Make(frames[i], Memory.Foreign);
            if (_peerTx.Send([packet]) == 0)
            {
                packet.Free();
                return i;
            }
        }

        return frames.Count;
    }

    public override void Collect(ICollection<byte[]> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        Span<Packet> packets = stackalloc Packet[64];
        int count;
        while ((count = _peerRx.Receive(packets)) > 0)
        {
            foreach (Packet packet in packets[..count])
            {
                var frame = new byte[packet.TotalLength];
                packet.CopyTo(frame);
                frames.Add(frame);
                packet.Free();
            }
        }
    }

    public override void Discard()
    {
        Span<Packet> packets = stackalloc Packet[64];
        int count;
        while ((count = _peerRx.Receive(packets)) > 0)
        {
            Memory.Foreign.Return(packets[..count]);
        }
    }

    public override void Close()
    {
        Port.Dispose();
        _peer.Dispose();
    }

    /// <summary>Some ports find each other only after they were opened; their queues notice when they are turned.</summary>
    /// <param name="turnsToConnect">Whether a receive queue must be polled once before the other end can send.</param>
    private void WaitForLinks(bool turnsToConnect)
    {
        var packets = new Packet[1];
        long deadline = Environment.TickCount64 + 30_000;
        while (Port.Link != LinkState.Up || _peer.Link != LinkState.Up)
        {
            Xunit.Assert.True(Environment.TickCount64 < deadline, $"{Port.Name} is {Port.Link}, {_peer.Name} is {_peer.Link}");
            Thread.Yield();
        }

        foreach (IRxQueue queue in new[] { Rx, _peerRx }.Where(_ => turnsToConnect))
        {
            Xunit.Assert.Equal(0, queue.Receive(packets));
        }
    }
}
