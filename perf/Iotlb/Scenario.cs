namespace PollMode.Iotlb;

/// <summary>What is simulated. The defaults are the paper's machine at 200 Gbit/s and an MTU of 1500, its time scaled.</summary>
/// <remarks>
/// A queue of the paper goes through its 512 slabs about once in 1.1 s (235 thousand pages/s). How far a pool is shuffled depends on how
/// often it went round, not on its size, so a pool of 64 slabs that goes round as often stands for it: a minute is 54 rounds.
/// </remarks>
internal sealed record Scenario
{
    internal const int PagesPerSlab = 512;
    internal const double RoundsPerMinute = 54;

    /// <summary>Payload of a full segment with timestamps; 725 fill a MiB.</summary>
    internal const int PayloadBytes = 1446;

    internal string Name { get; init; } = "";

    internal string Policy { get; init; } = "mempool";

    internal int Queues { get; init; } = 32;

    /// <summary>Half pages posted on each queue.</summary>
    internal int Descriptors { get; init; } = 1024;

    internal int Slabs { get; init; } = 64;

    /// <summary>Sizes of the I/O TLBs that look on.</summary>
    internal int[] Entries { get; init; } = [64];

    internal bool HugePages { get; init; } = true;

    internal double Minutes { get; init; } = 11;

    /// <summary>Frames that come one after another for one connection: TCP sends in trains.</summary>
    internal double Train { get; init; } = 16;

    internal int ConnectionsPerQueue { get; init; } = 12;

    /// <summary>Chance that a train lost a frame: its connection's pages are then held until the retransmission came.</summary>
    internal double Loss { get; init; } = 0.00015;

    /// <summary>Mean number of the queue's frames until it came: a fifth of a round, the 200 ms of TCP's least timeout.</summary>
    internal int LateFrames { get; init; } = 12000;

    /// <summary>Whether pages come back on the queue's own thread, as in a forwarder, instead of from the readers of sockets.</summary>
    internal bool OwnerReturns { get; init; }
}
