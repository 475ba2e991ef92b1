namespace PollMode;

/// <summary>HPA's third store: the buffers cut before the start, touched only to refill the cache. Owner only, so plain memory will do.</summary>
internal sealed unsafe class BackupRing : IDisposable
{
    private readonly NativeBlock _block;
    private readonly Packet* _packets;
    private readonly long _mask;
    private long _head;
    private long _tail;

    internal BackupRing(int capacity)
    {
        long slots = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 64));
        _mask = slots - 1;
        _block = new NativeBlock(slots * sizeof(Packet), "a pool's backup ring");
        _packets = (Packet*)_block.Pointer;
    }

    /// <summary>Buffers in it. The tail first: read by another thread while buffers move it may be a moment old, but never less than none.</summary>
    internal int Count
    {
        get
        {
            long tail = Volatile.Read(ref _tail);
            return (int)(Volatile.Read(ref _head) - tail);
        }
    }

    public void Dispose() => _block.Dispose();

    internal void Add(Packet packet) => _packets[_head++ & _mask] = packet;

    /// <summary>Forgets what is in it: the buffers' slabs have been given back.</summary>
    internal void Clear() => Volatile.Write(ref _tail, _head);

    internal int Take(Packet* destination, int count)
    {
        int taken = (int)Math.Min(count, _head - _tail);
        for (int i = 0; i < taken; i++)
        {
            destination[i] = _packets[(_tail + i) & _mask];
        }

        _tail += taken;
        return taken;
    }
}
