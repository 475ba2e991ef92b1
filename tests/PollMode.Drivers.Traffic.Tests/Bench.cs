using Xunit;

namespace PollMode.Drivers.Traffic.Tests;

/// <summary>A traffic port without an engine: the test polls and sends itself, on its own thread.</summary>
internal sealed class Bench : IDisposable
{
    private readonly Arena _arena;
    private readonly Packet[] _burst = new Packet[64];

    public Bench(TimeProvider? clock = null, string spec = "traffic:start=later")
    {
        _arena = new Arena(new ArenaOptions { LimitBytes = 8L << 20, LargestPages = PageKind.Small4KiB });
        Pool = new Mempool(_arena, new MempoolOptions { Buffers = 2048 });
        Pool.BindOwner();
        Port = (TrafficPort)new TrafficDriver(clock).Open(PortSpec.Parse(spec), new PortContext { PortIndex = 3, Arena = _arena });
        Source = Port.OpenRxQueue(0, Pool);
        Sink = Port.OpenTxQueue(0, Pool);
    }

    public Mempool Pool { get; }

    public TrafficPort Port { get; }

    public IRxQueue Source { get; }

    public ITxQueue Sink { get; }

    /// <summary>Polls once and hands each packet to a device; what it leaves in the span goes to the sink.</summary>
    public int Turn(Func<Packet, bool>? passes = null)
    {
        int count = Source.Receive(_burst);
        foreach (Packet packet in _burst.AsSpan(0, count))
        {
            if (passes == null || passes(packet))
            {
                Sink.Send([packet]);
            }
            else
            {
                packet.Free();
            }
        }

        return count;
    }

    public void RunToEnd(Func<Packet, bool>? passes = null)
    {
        while (!Port.IsSent)
        {
            Turn(passes);
        }
    }

    /// <summary>The frames of a whole run, as bytes.</summary>
    public List<byte[]> Frames()
    {
        var frames = new List<byte[]>();
        RunToEnd(packet =>
        {
            frames.Add(packet.Span.ToArray());
            return true;
        });
        return frames;
    }

    public void Dispose()
    {
        Port.Dispose();
        Assert.Equal(0, Pool.InFlight);
        Pool.Dispose();
        _arena.Dispose();
    }
}
