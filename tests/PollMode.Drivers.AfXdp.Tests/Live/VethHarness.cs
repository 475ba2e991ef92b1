using PollMode.Testing;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>A port on one end of a wire, and another on the other end.</summary>
internal sealed class VethHarness : PortHarness
{
    private const string Rings = "keep=none,rx_ring=512,fill_ring=1024,tx_ring=512";
    private const int Buffers = 2048;

    /// <summary>Devices other than veth pass over frames for other addresses, and the contract's frames are for anybody.</summary>
    private static readonly string Keys = Rings + (Testbed.IsVeth ? string.Empty : ",promiscuous=true");

    private readonly IPort _peer;
    private readonly IRxQueue _peerRx;
    private readonly ITxQueue _peerTx;

    public VethHarness(Testbed bed, string options)
        : base(new PoolHarness(Buffers, Buffers))
    {
        DriverRegistry drivers = new DriverRegistry().Add(new AfXdpDriver());
        Port = TestPorts.Open(drivers, $"af_xdp:m0,{bed.Keys},{Keys}{options}", TestPorts.Context(Memory));
        _peer = TestPorts.Open(drivers, $"af_xdp:l0,{bed.Keys.Replace(bed.Middle, bed.Left, StringComparison.Ordinal)},{Keys}{options}", TestPorts.Context(Memory, 1));
        Rx = Port.OpenRxQueue(0, Memory.Pool);
        Tx = Port.OpenTxQueue(0, Memory.Pool);
        _peerRx = _peer.OpenRxQueue(0, Memory.Foreign);
        _peerTx = _peer.OpenTxQueue(0, Memory.Foreign);
    }

    public override IPort Port { get; }

    public override IRxQueue Rx { get; }

    public override ITxQueue Tx { get; }

    // Two queues; where the device copies, no more than the RX ring takes.
    public override int BuffersKept => 2 * 512;

    // The fill ring holds buffers that frames arrive in when the pool has none.
    public override bool RentsToReceive => false;

    // The kernel takes what it is sent at once, and drops it at the other end when nobody collects.
    public override bool FillsUp => false;

    public override int Feed(IReadOnlyList<byte[]> frames)
    {
        for (int i = 0; i < frames.Count; i++)
        {
            Packet packet = Memory.Make(frames[i], Memory.Foreign);
            if (_peerTx.Send([packet]) == 0)
            {
                packet.Free();
                return i;
            }
        }

        _peerTx.Service();
        return frames.Count;
    }

    public override void Collect(ICollection<byte[]> frames)
    {
        Span<Packet> packets = stackalloc Packet[64];
        int count;
        while ((count = _peerRx.Receive(packets)) > 0)
        {
            foreach (Packet packet in packets[..count])
            {
                byte[] frame = new byte[packet.TotalLength];
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
}
