namespace PollMode;

/// <summary>
/// The way of a worker to a transmit queue that another worker owns: a ring that the owner empties. To the sender it is a transmit queue
/// like any other; what it counts is what it handed over.
/// </summary>
internal sealed class HandOffQueue : ITxQueue, IDisposable
{
    private readonly PacketRing _ring;
    private volatile bool _closed;

    internal HandOffQueue(int capacity) => _ring = new PacketRing(capacity);

    public QueueCounters Counters { get; } = new();

    /// <summary>Packets on their way.</summary>
    internal int Count => _ring.Count;

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int taken = _closed ? 0 : _ring.Enqueue(packets);
        Counters.Packets += taken;
        return taken;
    }

    /// <summary>True while packets wait for an owner that still runs.</summary>
    public bool Service() => !_closed && _ring.Count > 0;

    /// <summary>Gives packets to the owner of the real queue.</summary>
    internal int Receive(Span<Packet> packets) => _ring.Dequeue(packets);

    /// <summary>The owner has ended: it takes no more, and what it has not taken is freed when the engine closes.</summary>
    internal void Close() => _closed = true;

    public void Dispose() => _ring.Dispose();
}
