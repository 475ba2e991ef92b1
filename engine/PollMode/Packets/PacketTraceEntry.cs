namespace PollMode;

/// <summary>One step of a traced packet's way.</summary>
/// <param name="Order">When it happened, counted in steps of the engine.</param>
/// <param name="PacketId">Which packet: what <see cref="PacketTrace.Follow"/> gave.</param>
/// <param name="Step">Where it was: a port or a stage, by name.</param>
/// <param name="Action">What was done: received, unchanged, edited, copied, taken, dropped with a reason, sent.</param>
/// <param name="Frame">The frame after the step; empty when there is none any more.</param>
public sealed record PacketTraceEntry(long Order, long PacketId, string Step, string Action, ReadOnlyMemory<byte> Frame);
