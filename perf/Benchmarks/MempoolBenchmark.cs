using System.Buffers;
using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;

namespace PollMode.Benchmarks;

/// <summary>One burst rented and returned by the owner, per buffer, beside the ways .NET has for the same.</summary>
[MemoryDiagnoser]
public class MempoolBenchmark
{
    private const int Burst = 64;

    private readonly Packet[] _packets = new Packet[Burst];
    private readonly byte[][] _arrays = new byte[Burst][];
    private readonly IMemoryOwner<byte>[] _owners = new IMemoryOwner<byte>[Burst];
    private readonly ConcurrentQueue<byte[]> _queue = new();
    private Arena _arena = null!;
    private Mempool _pool = null!;

    [GlobalSetup]
    public void Setup()
    {
        _arena = new Arena(new ArenaOptions { LimitBytes = 16 << 20 });
        _pool = new Mempool(_arena, new MempoolOptions { Buffers = 8192 });
        _pool.BindOwner();
        for (int i = 0; i < 1024; i++)
        {
            _queue.Enqueue(new byte[2048]);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _pool.Dispose();
        _arena.Dispose();
    }

    /// <summary>The cache: what every burst of a worker costs.</summary>
    [Benchmark(OperationsPerInvoke = Burst, Baseline = true)]
    public int Mempool()
    {
        int count = _pool.Rent(_packets);
        _pool.Return(_packets);
        return count;
    }

    /// <summary>Home: buffers that went to another thread and came back.</summary>
    [Benchmark(OperationsPerInvoke = Burst)]
    public int MempoolOverHome()
    {
        int count = _pool.Rent(_packets);
        _pool.UnbindOwner();
        PollMode.Mempool.Free(_packets);
        _pool.BindOwner();
        return count;
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    public int ArrayPoolShared()
    {
        for (int i = 0; i < Burst; i++)
        {
            _arrays[i] = ArrayPool<byte>.Shared.Rent(2048);
        }

        for (int i = 0; i < Burst; i++)
        {
            ArrayPool<byte>.Shared.Return(_arrays[i]);
        }

        return Burst;
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    public int MemoryPoolShared()
    {
        for (int i = 0; i < Burst; i++)
        {
            _owners[i] = MemoryPool<byte>.Shared.Rent(2048);
        }

        for (int i = 0; i < Burst; i++)
        {
            _owners[i].Dispose();
        }

        return Burst;
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    public int ConcurrentQueue()
    {
        for (int i = 0; i < Burst; i++)
        {
            _queue.TryDequeue(out _arrays[i]!);
        }

        for (int i = 0; i < Burst; i++)
        {
            _queue.Enqueue(_arrays[i]);
        }

        return Burst;
    }
}
