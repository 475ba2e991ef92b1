using Xunit;

namespace PollMode.Testing;

/// <summary>
/// An arena with two pools, both owned by the thread that makes the harness: the worker's own, and a foreign one, as of another worker.
/// </summary>
public sealed class PoolHarness : IDisposable
{
    public PoolHarness(int buffers = 1024, int foreignBuffers = 2048, int bufferBytes = 2048, bool shared = false)
    {
        int perSlab = Arena.SlabBytes / bufferBytes;
        Arena = TestArena.Create(((buffers + perSlab - 1) / perSlab) + ((foreignBuffers + perSlab - 1) / perSlab), bufferBytes, shared);
        Pool = new Mempool(Arena, Options("own", buffers, perSlab));
        Foreign = new Mempool(Arena, Options("foreign", foreignBuffers, perSlab));
    }

    public Arena Arena { get; }

    /// <summary>The pool of the worker under test.</summary>
    public Mempool Pool { get; }

    /// <summary>A pool of somebody else, from whose buffers packets come, too.</summary>
    public Mempool Foreign { get; }

    /// <summary>Buffers of both pools that are out.</summary>
    public int InFlight => Pool.InFlight + Foreign.InFlight;

    /// <summary>Makes a packet that holds a frame.</summary>
    public Packet Make(ReadOnlySpan<byte> frame, Mempool? pool = null)
    {
        Assert.True((pool ?? Pool).TryRent(out Packet packet), "the test's pool has no buffer left");
        Assert.True(packet.TryWrite(frame), $"a frame of {frame.Length} bytes does not fit into a buffer");
        return packet;
    }

    /// <summary>Makes a packet whose frame is spread over several buffers.</summary>
    public Packet MakeChain(ReadOnlySpan<byte> frame, int segmentBytes)
    {
        Packet head = Make(frame[..Math.Min(segmentBytes, frame.Length)]);
        for (int at = segmentBytes; at < frame.Length; at += segmentBytes)
        {
            head.AppendSegments(Make(frame.Slice(at, Math.Min(segmentBytes, frame.Length - at))));
        }

        return head;
    }

    /// <summary>Fails unless every buffer is home.</summary>
    public void AssertAllHome()
    {
        Assert.True(
            InFlight == 0,
            $"{InFlight} buffer(s) are not home: {string.Join("; ", Pool.DescribeInFlight(4).Concat(Foreign.DescribeInFlight(4)))}");
    }

    /// <summary>Ends the pools and gives the memory back. Buffers that are still out keep theirs.</summary>
    public void Dispose()
    {
        Pool.Dispose();
        Foreign.Dispose();
        Arena.DisposeWhenEmpty();
    }

    private static MempoolOptions Options(string name, int buffers, int perSlab) =>
        new() { Name = name, Buffers = buffers, CacheCapacity = Math.Max(1024, perSlab), CacheRecycleLimit = 512, CacheRefill = 64 };
}
