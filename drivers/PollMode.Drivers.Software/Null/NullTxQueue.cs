namespace PollMode.Drivers.Software;

/// <summary>Frees what it is sent.</summary>
internal sealed class NullTxQueue : ITxQueue
{
    private readonly Mempool _pool;

    internal NullTxQueue(Mempool pool) => _pool = pool;

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets) => SendAsReceived(packets, 0, PacketSweep.BytesOf(packets));

    public int SendAsReceived(ReadOnlySpan<Packet> packets, int rxPort, long bytes)
    {
        _pool.Return(packets);
        Counters.Packets += packets.Length;
        Counters.Bytes += bytes;
        return packets.Length;
    }
}
