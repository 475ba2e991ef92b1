namespace PollMode.Pool.Homes;

/// <summary>Ours: references are given up, and the buffers' bits set in their slabs' bitmaps.</summary>
internal sealed class MempoolHome : IHome
{
    private readonly Arena _arena = new(new ArenaOptions { LimitBytes = 16 << 20, BufferBytes = 2048 });
    private readonly Mempool _pool;

    internal MempoolHome() => _pool = new Mempool(_arena, new MempoolOptions { Buffers = 8192 });

    public string Name => "PollMode";

    public int Take(Span<Packet> packets) => _pool.Rent(packets);

    public void Return(ReadOnlySpan<Packet> packets) => Mempool.Free(packets);

    public void Dispose()
    {
        _pool.Dispose();
        _arena.Dispose();
    }
}
