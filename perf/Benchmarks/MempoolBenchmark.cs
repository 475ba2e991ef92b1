using System.Buffers;
using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;

namespace PollMode.Benchmarks;

/// <summary>
/// 512 buffers taken and given back by bulks, per buffer: from each of the pool's sources, beside the ways .NET has for the same. Backup,
/// injection and growth give only; their buffers come back outside the measurement.
/// </summary>
[MemoryDiagnoser(false)]
public class MempoolBenchmark
{
    private const int Kept = 512;
    private const int Once = 65536;

    private readonly Packet[] _packets = new Packet[Once];
    private readonly Packet[] _before = new Packet[Once];
    private readonly byte[][] _arrays = new byte[Kept][];
    private readonly IMemoryOwner<byte>[] _owners = new IMemoryOwner<byte>[Kept];
    private readonly ConcurrentBag<byte[]> _bag = [];
    private readonly List<Mempool> _pools = [];
    private Arena _arena = null!;
    private Mempool _pool = null!;
    private SlabSupplier _supplier = null!;
    private int _taken;
    private int _held;

    /// <summary>Buffers for each call.</summary>
    [Params(1, 8, 32, 64, 512)]
    public int Bulk { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _arena = new Arena(new ArenaOptions { LimitBytes = 320L << 20 });
        _supplier = new SlabSupplier(0, startThread: false);

        // The cache holds what the loop keeps, as DPDK's does in its own test of this kind.
        _pool = new Mempool(_arena, new MempoolOptions { Buffers = 8192, CacheRecycleLimit = 768, CacheRefill = 512 });
        for (int i = 0; i < 2 * Kept; i++)
        {
            _bag.Add(new byte[2048]);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Empty();
        _pool.Dispose();
        _supplier.Dispose();
        _arena.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Kept, Baseline = true)]
    public int ArrayPoolShared()
    {
        for (int i = 0; i < Kept; i += Bulk)
        {
            for (int n = i; n < i + Bulk; n++)
            {
                _arrays[n] = ArrayPool<byte>.Shared.Rent(2048);
            }
        }

        for (int i = 0; i < Kept; i += Bulk)
        {
            for (int n = i; n < i + Bulk; n++)
            {
                ArrayPool<byte>.Shared.Return(_arrays[n]);
            }
        }

        return Kept;
    }

    [Benchmark(OperationsPerInvoke = Kept)]
    public int MemoryPoolShared()
    {
        for (int i = 0; i < Kept; i += Bulk)
        {
            for (int n = i; n < i + Bulk; n++)
            {
                _owners[n] = MemoryPool<byte>.Shared.Rent(2048);
            }
        }

        for (int i = 0; i < Kept; i += Bulk)
        {
            for (int n = i; n < i + Bulk; n++)
            {
                _owners[n].Dispose();
            }
        }

        return Kept;
    }

    [Benchmark(OperationsPerInvoke = Kept)]
    public int ConcurrentBag()
    {
        for (int i = 0; i < Kept; i += Bulk)
        {
            for (int n = i; n < i + Bulk; n++)
            {
                _bag.TryTake(out _arrays[n]!);
            }
        }

        for (int i = 0; i < Kept; i += Bulk)
        {
            for (int n = i; n < i + Bulk; n++)
            {
                _bag.Add(_arrays[n]);
            }
        }

        return Kept;
    }

    /// <summary>The cache: what every burst of a worker costs.</summary>
    [Benchmark(OperationsPerInvoke = Kept)]
    public int Cache()
    {
        int count = Rent(_pool, 0, Kept);
        for (int i = 0; i < Kept; i += Bulk)
        {
            _pool.Return(_packets.AsSpan(i, Bulk));
        }

        return count;
    }

    /// <summary>Home, where HPA has its ring: what goes to another thread and comes back.</summary>
    [Benchmark(OperationsPerInvoke = Kept)]
    public int Home()
    {
        int count = Rent(_pool, 0, Kept);
        for (int i = 0; i < Kept; i += Bulk)
        {
            Mempool.Free(_packets.AsSpan(i, Bulk));
        }

        return count;
    }

    [IterationSetup(Target = nameof(Backup))]
    public void FillBackup()
    {
        Empty();
        _pools.Add(new Mempool(_arena, new MempoolOptions { Buffers = Once }));
    }

    /// <summary>The backup: buffers that were never rented.</summary>
    [Benchmark(OperationsPerInvoke = Once)]
    public int Backup() => _taken = Rent(_pools[0], 0, Once);

    [IterationSetup(Target = nameof(DirectInjection))]
    public void SupplySlabs()
    {
        Empty();
        for (int i = 0; i < Once / 1024; i++)
        {
            var pool = new Mempool(_arena, new MempoolOptions { Buffers = 1024, LimitBuffers = 2048, Supplier = _supplier });
            _pools.Add(pool);
            _held += pool.Rent(_before.AsSpan(i * 1024, 1024));
        }

        _supplier.SupplyAll();
    }

    /// <summary>Whole slabs that a supplier had ready.</summary>
    [Benchmark(OperationsPerInvoke = Once)]
    public int DirectInjection()
    {
        int count = 0;
        for (int i = 0; i < _pools.Count; i++)
        {
            count += Rent(_pools[i], i * 1024, 1024);
        }

        return _taken = count;
    }

    [IterationSetup(Target = nameof(GrowthInline))]
    public void MakeSmall()
    {
        Empty();
        _pools.Add(new Mempool(_arena, new MempoolOptions { Buffers = 1024, LimitBuffers = Once }));
    }

    /// <summary>Whole slabs that the owner maps itself: system calls, and the kernel's clearing of the memory, in the way of packets.</summary>
    [Benchmark(OperationsPerInvoke = Once)]
    public int GrowthInline() => _taken = Rent(_pools[0], 0, Once);

    private int Rent(Mempool pool, int start, int count)
    {
        int rented = 0;
        for (int i = start; i < start + count; i += Bulk)
        {
            rented += pool.Rent(_packets.AsSpan(i, Bulk));
        }

        return rented;
    }

    /// <summary>Brings home what the iteration before took, and ends its pools.</summary>
    private void Empty()
    {
        Mempool.Free(_packets.AsSpan(0, _taken));
        Mempool.Free(_before.AsSpan(0, _held));
        (_taken, _held) = (0, 0);
        _pools.ForEach(pool => pool.Dispose());
        _pools.Clear();
    }
}
