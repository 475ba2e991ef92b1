namespace PollMode.Drivers.Software;

/// <summary>Gives what the other end has put into the ring, the very buffers.</summary>
internal sealed class RingRxQueue : IRxQueue
{
    private readonly PacketRing _ring;
    private readonly int _port;

    internal RingRxQueue(PacketRing ring, int port)
    {
        _ring = ring;
        _port = port;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => RxQueueLife.Passive;

    public int Receive(Span<Packet> packets)
    {
        int count = _ring.Dequeue(packets);
        long bytes = 0;
        foreach (Packet packet in packets[..count])
        {
            bytes += packet.TotalLength;

            // A shared packet is read-only, its metadata, too: it keeps the port by which it first came in.
            if (packet.ReferenceCount == 1)
            {
                Packet own = packet;
                own.Port = _port;
            }
        }

        Counters.Packets += count;
        Counters.Bytes += bytes;
        return count;
    }
}
