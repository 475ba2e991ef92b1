namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>A port with an arena and a pool of its own, polled by the test's thread. A test ends with <see cref="CloseAndCheck"/>.</summary>
internal sealed class PortUnderTest : IDisposable
{
    private readonly bool _ownsMemory;

    public PortUnderTest(Testbed bed, string spec, ArenaOptions? options = null, Arena? arena = null, Mempool? pool = null, int buffers = 8192, int port = 0, int openQueues = 1)
    {
        _ownsMemory = arena == null;
        Arena = arena ?? new Arena(options ?? new ArenaOptions { LimitBytes = 32 << 20 });
        Arena.Fill();
        Pool = pool ?? new Mempool(Arena, new MempoolOptions { Name = "test", Buffers = buffers });
        try
        {
            Port = new AfXdpDriver().Open(PortSpec.Parse($"{spec},{bed.Keys}"), new PortContext { PortIndex = port, Arena = Arena });
        }
        catch
        {
            Pool.Dispose();
            Arena.Dispose();
            throw;
        }

        for (int queue = 0; queue < openQueues; queue++)
        {
            Rx.Add(Port.OpenRxQueue(queue, Pool));
            Tx.Add(Port.OpenTxQueue(queue, Pool));
        }
    }

    public Arena Arena { get; }

    public Mempool Pool { get; }

    public IPort Port { get; }

    public List<IRxQueue> Rx { get; } = [];

    public List<ITxQueue> Tx { get; } = [];

    public string ReportText => string.Join('\n', Port.Report);

    /// <summary>Polls until a number of packets came, or a generous time has passed.</summary>
    public List<Packet> ReceiveUntil(int count, int milliseconds = 20_000, int most = 64)
    {
        var packets = new List<Packet>();
        Packet[] burst = new Packet[most];
        long deadline = Environment.TickCount64 + milliseconds;
        while (packets.Count < count && Environment.TickCount64 < deadline)
        {
            int before = packets.Count;
            foreach (IRxQueue queue in Rx)
            {
                long bytes = queue.Counters.Bytes;
                int received = queue.Receive(burst);
                Assert.Equal(burst.AsSpan(0, received).ToArray().Sum(packet => (long)packet.TotalLength), queue.Counters.Bytes - bytes);
                packets.AddRange(burst.AsSpan(0, received));
            }

            foreach (ITxQueue queue in Tx)
            {
                queue.Service();
            }

            if (packets.Count == before)
            {
                Thread.Sleep(1);
            }
        }

        return packets;
    }

    /// <summary>Sends packets, and serves the queue until they have left.</summary>
    public int SendAll(ReadOnlySpan<Packet> packets, int queue = 0)
    {
        int sent = 0;
        long deadline = Environment.TickCount64 + 20_000;
        while (sent < packets.Length && Environment.TickCount64 < deadline)
        {
            sent += Tx[queue].Send(packets[sent..]);
            Tx[queue].Service();
        }

        while (Tx[queue].Service() && Environment.TickCount64 < deadline)
        {
            Thread.Sleep(0);
        }

        return sent;
    }

    /// <summary>Writes a frame into a rented buffer.</summary>
    public Packet Make(ReadOnlySpan<byte> frame)
    {
        Assert.True(Pool.TryRent(out Packet packet));
        Assert.True(packet.TryWrite(frame));
        return packet;
    }

    public long Counter(string name)
    {
        var counters = new List<PortCounter>();
        Port.CollectCounters(counters);
        return counters.Single(counter => counter.Name == name).Value;
    }

    /// <summary>Closes the port: every buffer must come home.</summary>
    public void CloseAndCheck()
    {
        Port.Dispose();
        Assert.Equal(0, Pool.InFlight);
    }

    public void Dispose()
    {
        Port.Dispose();
        if (_ownsMemory)
        {
            Pool.Dispose();
            Arena.DisposeWhenEmpty();
        }
    }
}
