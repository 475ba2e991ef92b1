using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>A pool's counters where they are counted: the owner's on two lines of its own, those of other threads on another.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct MempoolCounters
{
    [FieldOffset(0)] internal long Fast;
    [FieldOffset(8)] internal long Cached;
    [FieldOffset(16)] internal long Slow;
    [FieldOffset(24)] internal long SlowHighOrder;
    [FieldOffset(32)] internal long Empty;
    [FieldOffset(40)] internal long Refill;
    [FieldOffset(48)] internal long CacheFull;
    [FieldOffset(56)] internal long Backup;
    [FieldOffset(64)] internal long BackupEmpty;
    [FieldOffset(72)] internal long DirectInject;
    [FieldOffset(80)] internal long Exhausted;
    [FieldOffset(88)] internal long Ring;
    [FieldOffset(96)] internal long Stray;
    [FieldOffset(104)] internal long HeldBack;
    [FieldOffset(112)] internal long SlabsSetFree;

    // Any thread, by interlocked addition.
    [FieldOffset(256)] internal long ReleasedReferenceCount;
}
