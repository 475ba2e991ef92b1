using Xunit;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>A memif port with an arena and a pool of its own: one side of a connection.</summary>
internal sealed class MemifSide : IDisposable
{
    public MemifSide(string spec, int bufferBytes = 2048, int queues = 1, int buffers = 8192, PageKind pages = PageKind.Small4KiB)
    {
        PortSpec parsed = PortSpec.Parse(spec);
        bool shared = new MemifDriver().Probe(parsed).NeedsSharedMemory;
        int bytes = buffers * bufferBytes;
        Arena = new Arena(new ArenaOptions { LargestPages = pages, SmallestPages = pages, BufferBytes = bufferBytes, LimitBytes = bytes, Shared = shared });
        Pool = new Mempool(Arena, new MempoolOptions { Buffers = buffers });
        Context = new PortContext { PortIndex = 3, Arena = Arena };
        Port = new MemifDriver().Open(parsed, Context);
        Rx = [.. Enumerable.Range(0, queues).Select(queue => Port.OpenRxQueue(queue, Pool))];
        Tx = [.. Enumerable.Range(0, queues).Select(queue => Port.OpenTxQueue(queue, Pool))];
    }

    public Arena Arena { get; }

    /// <summary>What the port was opened with, and another of the same engine would be.</summary>
    public PortContext Context { get; }

    public Mempool Pool { get; }

    public IPort Port { get; }

    public IRxQueue[] Rx { get; }

    public ITxQueue[] Tx { get; }

    public long Counter(string name)
    {
        var counters = new List<PortCounter>();
        Port.CollectCounters(counters);
        return counters.First(counter => counter.Name == name).Value;
    }

    /// <summary>Lets the queues take up or let go of a connection, as their worker would.</summary>
    public void Turn()
    {
        foreach (ITxQueue queue in Tx)
        {
            queue.Service();
            queue.Send([]);
        }

        var packets = new Packet[1];
        foreach (IRxQueue queue in Rx)
        {
            Assert.Equal(0, queue.Receive(packets));
        }
    }

    public void WaitForLink(LinkState state = LinkState.Up)
    {
        Assert.True(
        SpinWait.SpinUntil(
            () =>
            {
                Turn();
                return Port.Link == state;
            },
            TimeSpan.FromSeconds(30)),
        $"the link did not become {state}: {Port.Report[0]}");

        // With the link up a client's receive queue puts buffers into its ring on its first turn; until then the server has none to send with.
        Turn();
    }

    /// <summary>As <see cref="Turn"/>, whatever arrives.</summary>
    public void TurnLoosely()
    {
        ReceiveAll();
        foreach (ITxQueue queue in Tx)
        {
            queue.Service();
        }
    }

    public void SendSome(byte[] frame, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!Pool.TryRent(out Packet packet))
            {
                return;
            }

            Assert.True(packet.TryWrite(frame));
            if (Tx[0].Send([packet]) == 0)
            {
                packet.Free();
                return;
            }
        }
    }

    /// <summary>Receives until nothing more comes, and frees it.</summary>
    public void ReceiveAll()
    {
        var packets = new Packet[64];
        int received;
        while ((received = Rx[0].Receive(packets)) > 0)
        {
            Pool.Return(packets.AsSpan(0, received));
        }
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

    /// <summary>Takes what has arrived as bytes.</summary>
    public void Collect(List<byte[]> frames, int queue = 0)
    {
        var packets = new Packet[64];
        int received = Rx[queue].Receive(packets);
        foreach (Packet packet in packets.AsSpan(0, received))
        {
            Assert.Equal(3, packet.Port);
            var frame = new byte[packet.TotalLength];
            packet.CopyTo(frame);
            frames.Add(frame);
        }

        Pool.Return(packets.AsSpan(0, received));
    }

    /// <summary>The same until there are so many, or more.</summary>
    public void CollectUntil(List<byte[]> frames, int count, int queue = 0) => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            Collect(frames, queue);
            return frames.Count >= count;
        },
        TimeSpan.FromSeconds(30)));

    public void Dispose()
    {
        Port.Dispose();
        Assert.Equal(0, Pool.InFlight);
        Pool.Dispose();
        Arena.DisposeWhenEmpty();
        Assert.Equal(Arena.SlabsMapped, Arena.SlabsUnmapped);
    }

    private Packet MakeOne(ReadOnlySpan<byte> bytes)
    {
        Assert.True(Pool.TryRent(out Packet packet));
        Assert.True(packet.TryWrite(bytes));
        return packet;
    }
}
