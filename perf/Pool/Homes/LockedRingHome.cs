using System.Runtime.CompilerServices;

namespace PollMode.Pool.Homes;

/// <summary>
/// As the kernel's page_pool has it: a ring in which an empty slot is a free one, a spinning lock for whoever puts in, taken for each buffer,
/// and none for the owner, who alone takes out. Or, as its bulk returns do, the lock once for a whole batch.
/// </summary>
internal sealed class LockedRingHome : IHome
{
    private const int Size = 16384;
    private const int SpinsBeforeYield = 100;

    private readonly PacketSource _source = new();
    private readonly ulong[] _ring = new ulong[Size];
    private readonly bool _bulk;
    private int _lock;
    private int _head;
    private int _tail;

    internal LockedRingHome(bool bulk)
    {
        _bulk = bulk;
        Return(_source.Packets);
    }

    public string Name => _bulk ? "locked ring, a lock for each batch" : "locked ring, a lock for each buffer";

    public int Take(Span<Packet> packets)
    {
        int count = 0;
        for (; count < packets.Length; count++)
        {
            ref ulong slot = ref _ring[_tail & (Size - 1)];
            ulong packet = Volatile.Read(ref slot);
            if (packet == 0)
            {
                break;
            }

            packets[count] = Unsafe.BitCast<ulong, Packet>(packet);
            Volatile.Write(ref slot, 0);
            _tail++;
        }

        return count;
    }

    public void Return(ReadOnlySpan<Packet> packets)
    {
        if (_bulk)
        {
            Lock();
            foreach (Packet packet in packets)
            {
                Put(packet);
            }

            Volatile.Write(ref _lock, 0);
            return;
        }

        foreach (Packet packet in packets)
        {
            Lock();
            Put(packet);
            Volatile.Write(ref _lock, 0);
        }
    }

    public void Dispose() => _source.Dispose();

    /// <summary>The ring holds all there are, so that a slot is free.</summary>
    private void Put(Packet packet) => Volatile.Write(ref _ring[_head++ & (Size - 1)], Unsafe.BitCast<Packet, ulong>(packet));

    private void Lock()
    {
        for (int spins = 0; Volatile.Read(ref _lock) != 0 || Interlocked.Exchange(ref _lock, 1) != 0; spins++)
        {
            // The kernel's holder is never preempted; ours may be, and on few cores waiting for it without end would be the whole figure.
            if (spins % SpinsBeforeYield == SpinsBeforeYield - 1)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(1);
            }
        }
    }
}
