using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// Counters of one queue: plain longs, written by one thread and read by any, on cache lines that nobody else writes.
/// </summary>
/// <remarks>
/// One rule for all ports. Received: what the caller got is in <see cref="Packets"/> and <see cref="Bytes"/>; a frame that the queue saw and
/// lost is in neither. Sent: every packet that was taken is in both, with its length as it was given, also one that is lost; so what left
/// is <c>Packets - Dropped - Errors</c>. In both directions a lost frame is counted once: under <see cref="Errors"/> if it could not have
/// passed at any time, under <see cref="Dropped"/> if it was a good frame.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public sealed class QueueCounters
{
    /// <summary>Packets received, or taken for sending.</summary>
    [FieldOffset(128)] public long Packets;

    /// <summary>Their bytes, without FCS.</summary>
    [FieldOffset(136)] public long Bytes;

    /// <summary>Good frames that were lost. Received: in the device or for want of a buffer. Sent: taken, then lost in the device.</summary>
    [FieldOffset(144)] public long Dropped;

    /// <summary>Times that no buffer could be rented; frames need not have been lost by that.</summary>
    [FieldOffset(152)] public long NoBuffer;

    /// <summary>Frames that were lost because they were broken: too short, longer than the port takes, asking for what cannot be done, refused by the device.</summary>
    [FieldOffset(160)] public long Errors;

    /// <summary>Frames that had to be copied because their buffer is not of the port's arena, or the device cannot take it.</summary>
    [FieldOffset(168)] public long Copied;

#pragma warning disable CS0169, IDE0051, CA1823 // A class does not keep the size of its layout: this field does, and the next object off the last line.
    [FieldOffset(248)] private readonly long _end;
#pragma warning restore CS0169, IDE0051, CA1823
}
