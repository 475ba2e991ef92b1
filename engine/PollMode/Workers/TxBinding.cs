namespace PollMode;

/// <summary>A worker's way to an egress port.</summary>
/// <param name="Queue">The worker's own queue, or the ring to the worker that owns one; null for a port that sends nothing.</param>
/// <param name="FullReason">What a packet that it does not take is counted under.</param>
internal sealed record TxBinding(ITxQueue? Queue, DropReason FullReason);
