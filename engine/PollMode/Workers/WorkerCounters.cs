using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>A worker's counters where they are counted, in the worker itself: plain longs on lines of their own, written by it alone.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct WorkerCounters
{
    [FieldOffset(128)] internal long Turns;
    [FieldOffset(136)] internal long EmptyTurns;
    [FieldOffset(144)] internal long Bursts;
    [FieldOffset(152)] internal long Sent;
    [FieldOffset(160)] internal long HandedOver;
    [FieldOffset(168)] internal long StageFaults;
}
