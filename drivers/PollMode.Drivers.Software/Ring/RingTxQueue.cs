namespace PollMode.Drivers.Software;

/// <summary>Puts packets into the ring to the other end, as many as it has room for.</summary>
internal sealed class RingTxQueue : ITxQueue
{
    private readonly PacketRing _ring;
    private readonly RingPair _pair;
    private readonly int _receiver;
    private long _refused;

    internal RingTxQueue(PacketRing ring, RingPair pair, int receiver)
    {
        _ring = ring;
        _pair = pair;
        _receiver = receiver;
    }

    public QueueCounters Counters { get; } = new();

    /// <summary>Packets that were offered and found no room. One offered again counts again.</summary>
    internal long Refused => Volatile.Read(ref _refused);

    public int Send(ReadOnlySpan<Packet> packets)
    {
        if (_pair.IsClosed(_receiver))
        {
            _refused += packets.Length;
            return 0;
        }

        // Counted before they are handed over: afterwards the receiver may have freed them. Who offers more than there is room for has
        // bytes taken off again for the rest, which is still the caller's.
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bytes += packet.TotalLength;
        }

        int taken = _ring.Enqueue(packets);
        if (taken < packets.Length)
        {
            foreach (Packet packet in packets[taken..])
            {
                bytes -= packet.TotalLength;
            }

            _refused += packets.Length - taken;
        }

        Counters.Packets += taken;
        Counters.Bytes += bytes;
        return taken;
    }

    public bool Service() => !_pair.IsClosed(_receiver) && _ring.Count > 0;
}
