namespace PollMode;

/// <summary>
/// The way of a worker to a transmit queue that another worker owns: a ring that the owner empties. To the sender it is a transmit queue
/// like any other; what it counts is what it handed over.
/// </summary>
internal sealed class HandOffQueue : ITxQueue, IDisposable
{
    private readonly PacketRing _ring;

    internal HandOffQueue(int capacity) => _ring = new PacketRing(capacity);

    public QueueCounters Counters { get; } = new();

    /// <summary>Packets on their way.</summary>
    internal int Count => _ring.Count;

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int taken = _ring.Enqueue(packets);
        Counters.Packets += taken;
        return taken;
    }

    public bool Service() => _ring.Count > 0;

    /// <summary>Gives packets to the owner of the real queue.</summary>
    internal int Receive(Span<Packet> packets) => _ring.Dequeue(packets);

    public void Dispose() => _ring.Dispose();
}
