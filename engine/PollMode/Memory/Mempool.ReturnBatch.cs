using System.Runtime.CompilerServices;

namespace PollMode;

public sealed unsafe partial class Mempool
{
    /// <summary>Gives up references one by one and sends home what became free, a batch for each run of buffers of one pool.</summary>
    private ref struct ReturnBatch
    {
        private const int Size = 64;

        private readonly Mempool? _owner;
        private Mempool? _home;
        private int _count;
        private Slots _slots;

        /// <summary>Starts a batch.</summary>
        /// <param name="owner">The pool that the calling thread owns, or null.</param>
        internal ReturnBatch(Mempool? owner)
        {
            _owner = owner;
            _home = null;
            _count = 0;

            // Read as far as it was written only: to clear 512 bytes costs more than the return of one packet.
            Unsafe.SkipInit(out _slots);
        }

        internal void Release(Packet packet)
        {
            PacketMetadata* head = packet.Metadata;

            // The last holder needs no interlocked operation: nobody else can raise the count any more. The acquiring load pairs with
            // the other holders' fences, so that what they read happens before the buffer is used again.
            if (Volatile.Read(ref head->ReferenceCount) != 1)
            {
                // The pool first: once the count is lowered another holder may free the packet, and its slab with it.
                Mempool pool = packet.Pool;
                int holders = Interlocked.Decrement(ref head->ReferenceCount);
                if (holders == 1)
                {
                    pool.NoteUnusual(-1);
                }

                if (holders != 0)
                {
                    Interlocked.Increment(ref pool._counters->ReleasedReferenceCount);
                    GC.KeepAlive(pool);
                    return;
                }

                head->ReferenceCount = 1;
            }

            if (head->SegmentCount > 1)
            {
                head->SegmentCount = 1;
                packet.Pool.NoteUnusual(-1);
            }

            for (PacketMetadata* segment = head; segment != null;)
            {
                PacketMetadata* next = segment->Next;
                segment->Next = null;
                SendHome(new Packet(segment));
                segment = next;
            }
        }

        internal void Flush()
        {
            if (_count > 0)
            {
                _home!.TakeFromAnyThread(((ReadOnlySpan<Packet>)_slots)[.._count]);
                _count = 0;
            }
        }

        private void SendHome(Packet buffer)
        {
            if (Ledger.IsOn)
            {
                Ledger.Home(buffer);
            }

            Mempool pool = buffer.Pool;
            if (pool == _owner)
            {
                var home = new HomeRun(pool._board);
                pool.Recycle(buffer, ref home);
                home.Flush();
                return;
            }

            if (pool != _home || _count == Size)
            {
                Flush();
                _home = pool;
            }

            _slots[_count++] = buffer;
        }

        [InlineArray(Size)]
        private struct Slots
        {
            private Packet _first;
        }
    }
}
