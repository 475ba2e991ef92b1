using System.Runtime.InteropServices;

namespace PollMode;

/// <summary>
/// What the owner needs for each burst, on a line that nobody else's business is on. It lies in the pool's object and not behind a pointer:
/// a processor forwards a store to the next load of the same word fastest where the register that both start from stays the same.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 5 * Line)]
internal unsafe struct MempoolHotState
{
    private const int Line = 64;

    /// <summary>Buffers that ever left the cache: rented.</summary>
    [FieldOffset(Line)] internal long Popped;

    /// <summary>Buffers that ever came into the cache: recycled, or by a refill. What is more than <see cref="Popped"/> is in it now, so that a rent or a return writes one word.</summary>
    [FieldOffset(Line + 8)] internal long Pushed;

    /// <summary>The cache.</summary>
    [FieldOffset(Line + 16)] internal Packet* Cache;

    /// <summary>Buffers that the owner's returns may pile up in the cache.</summary>
    [FieldOffset(Line + 24)] internal long RecycleLimit;

    /// <summary>The first handle of the slab rented from just now.</summary>
    [FieldOffset(Line + 32)] internal long FirstHandle;

    /// <summary>The last handle of that slab.</summary>
    [FieldOffset(Line + 40)] internal long LastHandle;

    /// <summary>The ownership word of a packet that nobody shares, without a chain, of that slab.</summary>
    [FieldOffset(Line + 48)] internal ulong Simple;

    /// <summary>
    /// Of the pool's buffers, those that have several holders and those that start a chain. Written by any thread, on a line of its own; see
    /// <see cref="Mempool.NoteUnusual"/>.
    /// </summary>
    [FieldOffset(3 * Line)] internal long Unusual;

    /// <summary>Buffers in the cache. Owner only.</summary>
    internal readonly int Cached => (int)(Pushed - Popped);
}
