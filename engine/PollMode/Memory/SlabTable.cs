using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>
/// Finds a slab's object by the 16-bit number that the metadata of its buffers carries: what GC handles do for pointers, without the
/// eight bytes. Shared by all arenas of the process; written only when slabs come and go.
/// </summary>
internal static class SlabTable
{
    internal const int Limit = ushort.MaxValue;

    private static readonly Lock Gate = new();
    private static readonly Stack<ushort> FreeIds = new();
    private static Slab?[] _slabs = new Slab?[64];
    private static int _used;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Slab Get(ushort id) => _slabs[id]!;

    internal static ushort Add(Slab slab)
    {
        lock (Gate)
        {
            if (!FreeIds.TryPop(out ushort id))
            {
                if (_used == Limit)
                {
                    throw new PollModeException($"This process has {Limit} slabs of 2 MiB mapped and can address no more; use fewer or smaller pools.");
                }

                id = (ushort)_used++;
                if (id == _slabs.Length)
                {
                    // Readers may go on with the old array: whatever buffer they hold has its slab in both.
                    var larger = new Slab?[Math.Min(_slabs.Length * 2, Limit)];
                    _slabs.CopyTo(larger, 0);
                    Volatile.Write(ref _slabs, larger);
                }
            }

            Volatile.Write(ref _slabs[id], slab);
            return id;
        }
    }

    internal static void Remove(ushort id)
    {
        lock (Gate)
        {
            _slabs[id] = null;
            FreeIds.Push(id);
        }
    }
}
