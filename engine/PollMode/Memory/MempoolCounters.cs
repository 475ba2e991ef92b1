using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// A pool's counters where they are counted: the owner's on lines of its own, those of other threads on another. What is counted for each
/// burst is in <see cref="MempoolHotState"/>.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct MempoolCounters
{
    /// <summary>Of those popped: after the cache was empty and nothing was home.</summary>
    [FieldOffset(0)] internal long Slow;

    /// <summary>Of those pushed: by a refill.</summary>
    [FieldOffset(8)] internal long Filled;

    [FieldOffset(16)] internal long SlowHighOrder;
    [FieldOffset(24)] internal long Empty;
    [FieldOffset(32)] internal long Refill;
    [FieldOffset(40)] internal long CacheFull;
    [FieldOffset(48)] internal long Backup;
    [FieldOffset(56)] internal long BackupEmpty;
    [FieldOffset(64)] internal long DirectInject;
    [FieldOffset(72)] internal long Exhausted;
    [FieldOffset(80)] internal long Ring;
    [FieldOffset(88)] internal long Stray;
    [FieldOffset(96)] internal long HeldBack;
    [FieldOffset(104)] internal long SlabsSetFree;

    // Any thread, by interlocked addition.
    [FieldOffset(256)] internal long ReleasedReferenceCount;
}
