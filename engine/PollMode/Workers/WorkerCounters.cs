using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>A worker's counters where they are counted: plain longs on lines of their own, written by the worker alone.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal sealed class WorkerCounters
{
    [FieldOffset(128)] internal long Turns;
    [FieldOffset(136)] internal long EmptyTurns;
    [FieldOffset(144)] internal long Bursts;
    [FieldOffset(152)] internal long Received;
    [FieldOffset(160)] internal long Sent;
    [FieldOffset(168)] internal long HandedOver;
    [FieldOffset(176)] internal long StageFaults;

    /// <summary>Turns made and packets had, which is what the stall recorder measures time by.</summary>
    internal long Work => Turns + Received + HandedOver;

#pragma warning disable CS0169, IDE0051, CA1823 // A class does not keep the size of its layout: this field does, and the next object off the last line.
    [FieldOffset(376)] private readonly long _end;
#pragma warning restore CS0169, IDE0051, CA1823
}
