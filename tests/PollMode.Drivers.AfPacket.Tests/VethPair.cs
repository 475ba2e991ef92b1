using PollMode.Testing;

namespace PollMode.Drivers.AfPacket.Tests;

/// <summary>A namespace with a veth pair, v0 and v1, a port on each end, and pools for both.</summary>
internal sealed class VethPair : IDisposable
{
    private readonly List<IPort> _ports = [];

    public VethPair(int mtu = 1500)
    {
        Space = new HostNamespace("p");
        Space.Silence();
        string text = mtu.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Space.Ip("link", "add", "v0", "mtu", text, "type", "veth", "peer", "name", "v1", "mtu", text);
        Space.Ip("link", "set", "dev", "v0", "up");
        Space.Ip("link", "set", "dev", "v1", "up");
        Arena = new Arena(new ArenaOptions { LargestPages = PageKind.Small4KiB });
        Pool = new Mempool(Arena, new MempoolOptions { Buffers = 4096 });
    }

    public HostNamespace Space { get; }

    public Arena Arena { get; }

    public Mempool Pool { get; }

    public IPort Open(string spec)
    {
        IPort port = new AfPacketDriver().Open(PortSpec.Parse($"{spec},netns={Space.Name}"), new PortContext { PortIndex = _ports.Count, Arena = Arena });
        _ports.Add(port);
        return port;
    }

    public Packet Make(ReadOnlySpan<byte> bytes, int segmentBytes = 1920)
    {
        Packet head = MakeOne(bytes[..Math.Min(segmentBytes, bytes.Length)]);
        for (int at = segmentBytes; at < bytes.Length; at += segmentBytes)
        {
            head.AppendSegments(MakeOne(bytes.Slice(at, Math.Min(segmentBytes, bytes.Length - at))));
        }

        return head;
    }

    /// <summary>Receives until as many frames came as asked for, or none came for a while.</summary>
    public List<byte[]> Receive(IRxQueue queue, int count, Action<Packet>? look = null)
    {
        var frames = new List<byte[]>();
        var packets = new Packet[64];
        long deadline = Environment.TickCount64 + 20_000;
        while (frames.Count < count && Environment.TickCount64 < deadline)
        {
            int received = queue.Receive(packets);
            foreach (Packet packet in packets.AsSpan(0, received))
            {
                look?.Invoke(packet);
                var frame = new byte[packet.TotalLength];
                packet.CopyTo(frame);
                frames.Add(frame);
            }

            Pool.Return(packets.AsSpan(0, received));
            Thread.Yield();
        }

        return frames;
    }

    /// <summary>Receives what is there now; gives how many frames.</summary>
    public int ReceiveNow(IRxQueue queue, Action<Packet> look)
    {
        var packets = new Packet[64];
        int received = queue.Receive(packets);
        foreach (Packet packet in packets.AsSpan(0, received))
        {
            look(packet);
        }

        Pool.Return(packets.AsSpan(0, received));
        return received;
    }

    /// <summary>What still comes within a few block timeouts.</summary>
    public int Drain(IRxQueue queue)
    {
        int count = 0;
        var packets = new Packet[64];
        for (int i = 0; i < 50; i++)
        {
            int received = queue.Receive(packets);
            Pool.Return(packets.AsSpan(0, received));
            count += received;
            Thread.Sleep(1);
        }

        return count;
    }

    public void Dispose()
    {
        foreach (IPort port in _ports)
        {
            port.Dispose();
        }

        Space.Dispose();
        Xunit.Assert.Equal(0, Pool.InFlight);
        Pool.Dispose();
        Arena.DisposeWhenEmpty();
    }

    private Packet MakeOne(ReadOnlySpan<byte> bytes)
    {
        Xunit.Assert.True(Pool.TryRent(out Packet packet));
        Xunit.Assert.True(packet.TryWrite(bytes));
        return packet;
    }
}
