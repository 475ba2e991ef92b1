namespace PollMode.Drivers.Traffic;

/// <summary>Buffers rented ahead, so that a packet that is due alone costs no rent of its own. Used by the worker; emptied after it has stopped.</summary>
internal sealed class PacketStash
{
    internal const int Packets = 64;

    private readonly Mempool _pool;
    private readonly Packet[] _packets = new Packet[Packets];
    private int _count;

    internal PacketStash(Mempool pool) => _pool = pool;

    internal bool TryTake(out Packet packet)
    {
        if (_count == 0)
        {
            _count = _pool.Rent(_packets);
            if (_count == 0)
            {
                packet = default;
                return false;
            }
        }

        packet = _packets[--_count];
        return true;
    }

    /// <summary>Gives the buffers back, from whatever thread.</summary>
    internal void Clear()
    {
        Mempool.Free(_packets.AsSpan(0, _count));
        _count = 0;
    }
}
