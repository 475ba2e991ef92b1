namespace PollMode.Drivers.Traffic;

/// <summary>Buffers rented ahead, so that a packet that is due alone costs no rent of its own. Used by the worker; emptied after it has stopped.</summary>
internal sealed class PacketStash
{
    internal const int Packets = 64;

    private readonly Mempool _pool;
    private readonly Packet[] _packets = new Packet[Packets];
    private int _count;

    internal PacketStash(Mempool pool) => _pool = pool;

    /// <summary>Sees to it that there is a buffer.</summary>
    /// <returns>How many there are; zero when the pool is exhausted.</returns>
    internal int Fill()
    {
        if (_count == 0)
        {
            _count = _pool.Rent(_packets);
        }

        return _count;
    }

    /// <summary>Gives as many as the span holds; no more than <see cref="Fill"/> said there are.</summary>
    internal void Take(Span<Packet> packets)
    {
        _count -= packets.Length;
        _packets.AsSpan(_count, packets.Length).CopyTo(packets);
    }

    /// <summary>Gives the buffers back, from whatever thread.</summary>
    internal void Clear()
    {
        Mempool.Free(_packets.AsSpan(0, _count));
        _count = 0;
    }
}
