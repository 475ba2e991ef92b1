using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// Counters of one queue: plain longs, written by one thread and read by any, on cache lines that nobody else writes.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public sealed class QueueCounters
{
    /// <summary>Packets received, or taken for sending.</summary>
    [FieldOffset(128)] public long Packets;

    /// <summary>Their bytes, without FCS.</summary>
    [FieldOffset(136)] public long Bytes;

    /// <summary>Received: lost in the device or for want of a buffer. Sent: taken, then lost in the device.</summary>
    [FieldOffset(144)] public long Dropped;

    /// <summary>Times that no buffer could be rented.</summary>
    [FieldOffset(152)] public long NoBuffer;

    /// <summary>Frames the device or its peer called broken.</summary>
    [FieldOffset(160)] public long Errors;

    /// <summary>Frames that had to be copied because their buffer is not of the port's arena, or the device cannot take it.</summary>
    [FieldOffset(168)] public long Copied;

#pragma warning disable CS0169, IDE0051, CA1823 // A class does not keep the size of its layout: this field does, and the next object off the last line.
    [FieldOffset(248)] private readonly long _end;
#pragma warning restore CS0169, IDE0051, CA1823
}
