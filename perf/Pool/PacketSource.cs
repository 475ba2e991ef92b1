namespace PollMode.Pool;

/// <summary>8191 packets to hand around, as many as a ring of DPDK's holds: for homes that are no pool.</summary>
internal sealed class PacketSource : IDisposable
{
    private readonly Arena _arena = new(new ArenaOptions { LimitBytes = 16 << 20, BufferBytes = 2048 });
    private readonly Mempool _pool;

    internal PacketSource()
    {
        _pool = new Mempool(_arena, new MempoolOptions { Buffers = 8192 });
        _pool.Rent(Packets);
    }

    internal Packet[] Packets { get; } = new Packet[8191];

    public void Dispose()
    {
        Mempool.Free(Packets);
        _pool.Dispose();
        _arena.Dispose();
    }
}
