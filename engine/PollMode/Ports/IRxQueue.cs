namespace PollMode;

/// <summary>A receive queue. One thread: the worker that owns the pool it was opened with.</summary>
public interface IRxQueue
{
    /// <summary>
    /// What was received so far, and what was lost, by the rule of <see cref="QueueCounters"/>. Written by the worker, read by anyone. One object for as long
    /// as the queue lives; each <see cref="Receive"/> and <see cref="ReceiveInPlace"/> adds the packets and bytes of what it gives, no more and no less: the worker tells the sending queue the bytes,
    /// and has received what its queues have counted.
    /// </summary>
    QueueCounters Counters { get; }

    /// <summary>Whether more can come.</summary>
    RxQueueLife Life { get; }

    /// <summary>A file descriptor that is readable when packets wait, for idle strategies that block; -1 where there is none.</summary>
    int PollFileDescriptor => -1;

    /// <summary>True while the queue keeps packets that it will give later although nothing more arrives: a wire with a delay. The engine does not end before they have come.</summary>
    bool HoldsPackets => false;

    /// <summary>Gives packets that have arrived. Never blocks, never throws, allocates nothing.</summary>
    /// <param name="packets">Where to put them.</param>
    /// <returns>How many, from the front of the span; zero when none wait.</returns>
    int Receive(Span<Packet> packets);

    /// <summary>
    /// The same as <see cref="Receive"/>, but the packets may stand in places of the queue's own, which spares a copy of their handles. The packets are the
    /// caller's; the places are lent, to be read and written, until the next call of this, of <see cref="Receive"/> or of <see cref="ReturnPlaces"/>.
    /// </summary>
    /// <param name="room">Where to put them if not.</param>
    /// <returns>As many as there is room for, or as wait; none when none wait.</returns>
    Span<Packet> ReceiveInPlace(Span<Packet> room) => room[..Receive(room)];

    /// <summary>Takes lent places back, whose packets the caller has moved, sent or freed: who sends into the queue may lack the room. Never throws.</summary>
    /// <returns>Whether there were any.</returns>
    bool ReturnPlaces() => false;
}
