using Xunit;

namespace PollMode.Tests;

/// <summary>An arena of plain pages and pools cut from it, so that tests depend on nothing that the host may lack.</summary>
internal sealed class TestMemory : IDisposable
{
    private readonly List<Mempool> _pools = [];

    internal TestMemory(int slabs = 4, int bufferBytes = 2048, PageKind pages = PageKind.Small4KiB)
    {
        Arena = new Arena(new ArenaOptions
        {
            LimitBytes = (long)slabs * Arena.SlabBytes,
            BufferBytes = bufferBytes,
            LargestPages = pages,
            SmallestPages = pages,
        });
    }

    internal Arena Arena { get; }

    public void Dispose()
    {
        foreach (Mempool pool in _pools)
        {
            pool.Dispose();
        }

        Arena.DisposeWhenEmpty();
    }

    internal Mempool Pool(int buffers = 1024, int limit = 0, Action<MempoolOptions>? change = null)
    {
        var options = new MempoolOptions { Name = $"pool-{_pools.Count}", Buffers = buffers, LimitBuffers = limit };
        change?.Invoke(options);
        var pool = new Mempool(Arena, options);
        _pools.Add(pool);
        return pool;
    }

    internal static Packet[] Rent(Mempool pool, int count)
    {
        var packets = new Packet[count];
        Assert.Equal(count, pool.Rent(packets));
        return packets;
    }

    /// <summary>Runs something on a thread that owns no pool.</summary>
    internal static void Elsewhere(Action action)
    {
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception caught)
            {
                fault = caught;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(fault);
    }

    /// <summary>The pool's contents, counted in one place each, make up its capacity.</summary>
    internal static void AssertConserved(Mempool pool, int inFlight)
    {
        MempoolStatistics now = pool.Statistics;
        Assert.Equal(inFlight, now.InFlight);
        Assert.Equal(inFlight, pool.InFlight);
        Assert.Equal(now.Capacity, now.InCache + now.InRing + now.InBackup + now.InFlight);

        // What is home has one holder and no chain, and the pool knows.
        Assert.True(inFlight > 0 || pool.Unusual == 0, $"{pool.Unusual} buffers are shared or chained");
    }
}
