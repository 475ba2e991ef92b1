namespace PollMode;

/// <summary>A receive queue that a worker polls, and where its packets go unless a stage says otherwise.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Port">Index of its port.</param>
/// <param name="Egress">Index of the port that its packets leave by, or <see cref="Burst.NoPort"/>.</param>
/// <param name="EgressQueue">The worker's way to that port; null where there is none.</param>
/// <param name="Rate">How fast packets come, which the monitor keeps.</param>
internal sealed record RxBinding(IRxQueue Queue, int Port, int Egress, ITxQueue? EgressQueue, RxRate Rate)
{
    /// <summary>The queue's counters, at hand.</summary>
    internal QueueCounters Counters { get; } = Queue.Counters;

    /// <summary>Index of the port that its packets leave by, or <see cref="Burst.NoPort"/>.</summary>
    internal int Egress { get; } = Burst.Checked(Egress);

    /// <summary>The one that its worker asks after it, if there is one.</summary>
    internal RxBinding? Next { get; private set; }

    /// <summary>Bytes received up to the burst before: what the next one adds is that burst's. Worker only.</summary>
    internal long BytesBefore { get; set; }

    /// <summary>The same of packets, which only the ledger asks for. Worker only.</summary>
    internal long PacketsBefore { get; set; }

    /// <summary>Puts those of a worker in order, so that a turn goes from one to the next without an index.</summary>
    internal static void Chain(ReadOnlySpan<RxBinding> bindings)
    {
        for (int i = 0; i < bindings.Length; i++)
        {
            bindings[i].BytesBefore = bindings[i].Counters.Bytes;
            bindings[i].PacketsBefore = bindings[i].Counters.Packets;
            bindings[i].Next = i + 1 < bindings.Length ? bindings[i + 1] : null;
        }
    }
}
