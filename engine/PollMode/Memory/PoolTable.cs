using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>Finds a pool's object by the 16-bit number that the metadata of its buffers carries; see <see cref="SlabTable"/>.</summary>
internal static class PoolTable
{
    private static readonly Lock Gate = new();
    private static Mempool?[] _pools = new Mempool?[64];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Mempool Get(ushort id) => _pools[id]!;

    internal static ushort Add(Mempool pool)
    {
        lock (Gate)
        {
            int id = Array.IndexOf(_pools, null);
            if (id < 0)
            {
                id = _pools.Length;
                if (id > ushort.MaxValue)
                {
                    throw new PollModeException("This process has 65536 mempools and can address no more; dispose some.");
                }

                var larger = new Mempool?[_pools.Length * 2];
                _pools.CopyTo(larger, 0);
                Volatile.Write(ref _pools, larger);
            }

            Volatile.Write(ref _pools[id], pool);
            return (ushort)id;
        }
    }

    internal static void Remove(ushort id)
    {
        lock (Gate)
        {
            _pools[id] = null;
        }
    }
}
