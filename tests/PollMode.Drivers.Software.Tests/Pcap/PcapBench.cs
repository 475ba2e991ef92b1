using Xunit;

namespace PollMode.Drivers.Software.Tests.Pcap;

/// <summary>A pool, and pcap ports opened on it by spec. Owned by the test's thread; asserts at its end that every buffer is home.</summary>
internal sealed class PcapBench : IDisposable
{
    private readonly List<IPort> _ports = [];

    internal PcapBench(int bufferBytes = 2048, int buffers = 2048, TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        int perSlab = Arena.SlabBytes / bufferBytes;
        buffers = Math.Max(buffers, perSlab);
        Arena = new Arena(new ArenaOptions
        {
            BufferBytes = bufferBytes,
            LimitBytes = (long)((buffers + perSlab - 1) / perSlab) * Arena.SlabBytes,
            LargestPages = PageKind.Small4KiB,
        });
        Pool = new Mempool(Arena, new MempoolOptions { Buffers = buffers, CacheCapacity = Math.Max(1024, perSlab) });
        Context = new PortContext { PortIndex = 3, Arena = Arena };
    }

    internal TimeProvider Time { get; }

    internal Arena Arena { get; }

    internal Mempool Pool { get; }

    internal PortContext Context { get; }

    internal static long Counter(IPort port, string name)
    {
        var counters = new List<PortCounter>();
        port.CollectCounters(counters);
        return counters.Single(counter => counter.Name == name).Value;
    }

    /// <summary>Reads a whole capture, once.</summary>
    internal static List<SeenFrame> ReadAll(string path)
    {
        using var bench = new PcapBench(buffers: 1024);
        return bench.Drain(bench.Open($"pcap:{path}").OpenRxQueue(0, bench.Pool));
    }

    internal IPort Open(string spec)
    {
        var driver = new PcapDriver(Time);
        var decorator = new CaptureDecorator(Time);
        IReadOnlyList<PortSpec> links = PortSpec.ParseChain(spec, name => name == decorator.Name);
        IPortDriver last = links[^1].Driver == driver.Name ? driver : new NullDriver();
        links[^1].CheckKeys(last.Options);
        IPort port = last.Open(links[^1], Context);
        for (int i = links.Count - 2; i >= 0; i--)
        {
            port = decorator.Wrap(port, links[i], Context);
        }

        _ports.Add(port);
        return port;
    }

    internal Packet Make(byte[] frame, long? timestamp = null)
    {
        Assert.True(Pool.TryRent(out Packet packet));
        Assert.True(packet.TryWrite(frame));
        if (timestamp is { } time)
        {
            packet.TimestampNanoseconds = time;
        }

        return packet;
    }

    internal List<SeenFrame> Drain(IRxQueue queue, int burst = 64)
    {
        var seen = new List<SeenFrame>();
        var packets = new Packet[burst];
        while (queue.Life != RxQueueLife.Ended)
        {
            int count = queue.Receive(packets);
            foreach (Packet packet in packets.AsSpan(0, count))
            {
                Assert.Equal(3, packet.Port);
                var bytes = new byte[packet.TotalLength];
                packet.CopyTo(bytes);
                seen.Add(new SeenFrame(bytes, (packet.Flags & PacketFlags.HasTimestamp) != 0 ? packet.TimestampNanoseconds : null));
            }

            Pool.Return(packets.AsSpan(0, count));
            if (count == 0)
            {
                Thread.Yield();
            }
        }

        Assert.Equal(0, queue.Receive(packets));
        return seen;
    }

    /// <summary>Moves everything from one queue to another.</summary>
    internal long Forward(IRxQueue from, ITxQueue to)
    {
        var packets = new Packet[64];
        long moved = 0;
        while (from.Life != RxQueueLife.Ended)
        {
            int count = from.Receive(packets);
            int sent = 0;
            while (sent < count)
            {
                int taken = to.Send(packets.AsSpan(sent, count - sent));
                sent += taken;
                if (taken == 0)
                {
                    to.Service();
                    Thread.Yield();
                }
            }

            moved += count;
        }

        return moved;
    }

    public void Dispose()
    {
        foreach (IPort port in _ports)
        {
            port.Dispose();
        }

        Assert.Equal(0, Pool.InFlight);
        Pool.Dispose();
        Arena.Dispose();
    }
}
