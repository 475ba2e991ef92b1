namespace PollMode;

/// <summary>One step of a traced packet's way.</summary>
/// <param name="PacketId">Which packet: the value of its user word when it was marked.</param>
/// <param name="Step">Where it was: a port or a stage, by name.</param>
/// <param name="Action">What was done: received, unchanged, edited, dropped with a reason, sent.</param>
/// <param name="Frame">The frame after the step; empty when there is none any more.</param>
public sealed record PacketTraceEntry(long PacketId, string Step, string Action, ReadOnlyMemory<byte> Frame);
