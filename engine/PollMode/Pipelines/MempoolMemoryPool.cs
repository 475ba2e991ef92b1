using System.Buffers;

namespace PollMode;

/// <summary>
/// A mempool as a <see cref="MemoryPool{T}"/>, for <c>PipeOptions</c> and whoever else rents memory by that interface. From any thread:
/// one rents at a time, under a lock; memory is returned from any thread over the mempool's ring.
/// </summary>
/// <remarks>
/// When the mempool is exhausted, memory comes from the heap instead and is counted in <see cref="HeapRents"/>: a pipe must not fail for
/// want of a buffer. Each rent makes one small object, the owner.
/// </remarks>
public sealed class MempoolMemoryPool : MemoryPool<byte>
{
    private readonly Lock _gate = new();
    private readonly Mempool _pool;
    private long _heapRents;
    private bool _disposed;

    /// <summary>Makes the view and takes the mempool over: nobody else may rent from it, and disposing the view disposes it.</summary>
    /// <param name="pool">A mempool of its own, not a worker's.</param>
    public MempoolMemoryPool(Mempool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        _pool = pool;
        _pool.UnbindOwner();
    }

    /// <summary>Size in bytes of every memory that comes from the mempool.</summary>
    public override int MaxBufferSize => _pool.Arena.BufferBytes;

    /// <summary>The mempool's counters.</summary>
    public MempoolStatistics Statistics => _pool.Statistics;

    /// <summary>Rents that the mempool could not serve and the heap did.</summary>
    public long HeapRents => Volatile.Read(ref _heapRents);

    /// <summary>Gives a whole buffer to the caller, who disposes it once, from whatever thread.</summary>
    /// <param name="minBufferSize">Least bytes wanted; -1 for any.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxBufferSize"/>, or less than -1.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minBufferSize, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_pool.TryRent(out Packet buffer))
            {
                buffer.SetFrame(0, 0, MaxBufferSize);
                return buffer.Detach();
            }

            _heapRents++;
        }

        return Shared.Rent(MaxBufferSize);
    }

    /// <summary>Disposes the mempool. Memory that is still out stays valid, and frees the mempool when the last of it is returned.</summary>
    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                _pool.Dispose();
            }
        }
    }
}
