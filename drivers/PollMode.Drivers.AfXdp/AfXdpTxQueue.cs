using PollMode.Drivers.AfXdp.Netlink;
using PollMode.Drivers.AfXdp.Xsk;

namespace PollMode.Drivers.AfXdp;

/// <summary>The transmit side of a queue: puts frames into the TX ring, wakes the kernel, and brings home what has left.</summary>
internal sealed unsafe partial class AfXdpTxQueue : ITxQueue
{
    /// <summary>Completions looked for only from here on, so that their ring's cache line does not travel for each burst.</summary>
    private const int ReapThreshold = 64;
    private const int ReapBatch = 64;

    /// <summary>MAX_SKB_FRAGS + 1: more buffers than this no frame may have.</summary>
    private const int MaxSegments = 17;
    private const int MinFrame = 14;

    private readonly XskQueue _queue;
    private readonly Mempool _pool;
    private readonly Arena _arena;
    private readonly ArenaMap _map;
    private readonly LinkMonitor _monitor;
    private readonly bool _needWakeup;
    private readonly bool _segments;
    private readonly PacketFlags _requests;
    private readonly bool _metadata;
    private readonly long _clockOffset;
    private readonly Packet[] _done = new Packet[ReapBatch];
    private int _outstanding;

    internal AfXdpTxQueue(XskQueue queue, Mempool pool, AfXdpSettings settings, LinkMonitor monitor, bool segments, PacketFlags requests)
    {
        _queue = queue;
        _pool = pool;
        _arena = pool.Arena;
        _map = new ArenaMap(_arena);
        _monitor = monitor;
        _needWakeup = settings.NeedWakeup;
        _segments = segments;
        _requests = requests;
        _metadata = requests != 0;
        _clockOffset = _metadata ? Native.TaiClock.OffsetNanoseconds : 0;
    }

    public QueueCounters Counters { get; } = new();

    /// <summary>System calls made so that the kernel sends.</summary>
    internal long Wakeups { get; private set; }

    /// <summary>System calls saved because the kernel was at work anyway.</summary>
    internal long WakeupsSaved { get; private set; }

    /// <summary>Completions of the kernel for buffers it did not have.</summary>
    internal long InvalidCompletions { get; private set; }

    /// <summary>Frames whose time of leaving was told to a holder of a clone.</summary>
    internal long Timestamps { get; private set; }

    /// <summary>Descriptors the kernel has and has not completed. Written by the worker.</summary>
    internal int Outstanding => Volatile.Read(ref _outstanding);

    public int Send(ReadOnlySpan<Packet> packets)
    {
        if (!_queue.IsRunning)
        {
            _queue.ParkTx();
            return 0;
        }

        if (_monitor.State == LinkState.Gone)
        {
            return 0;
        }

        XskSocket socket = _queue.Socket;
        ProducerRing tx = socket.Tx;

        // A ring that has room for one buffer of a chain has not room for the chain: ask for the longest, or it may never look again.
        int wanted = _segments ? packets.Length * MaxSegments : packets.Length;
        int slots = tx.Reserve(wanted);
        if (_outstanding >= ReapThreshold || slots < wanted)
        {
            Reap(socket.Completion);
            slots = tx.Reserve(wanted);
        }

        int taken = 0;
        int used = 0;
        long bytes = 0;
        while (taken < packets.Length && used < slots)
        {
            if (!_metadata)
            {
                int plain = PutPlain(packets[taken..], tx, used, slots - used, ref bytes);
                taken += plain;
                used += plain;
                if (taken == packets.Length || used == slots)
                {
                    break;
                }
            }

            int more = PutUnusual(packets[taken], tx, used, slots - used, ref bytes);
            if (more < 0)
            {
                break;
            }

            used += more;
            taken++;
        }

        if (used > 0)
        {
            tx.Submit(used);
            _outstanding += used;
        }

        Counters.Packets += taken;
        Counters.Bytes += bytes;
        if (used > 0 || taken < packets.Length)
        {
            Kick(socket);
        }

        return taken;
    }

    public bool Service()
    {
        if (!_queue.IsRunning)
        {
            _queue.ParkTx();
            return _monitor.State != LinkState.Gone;
        }

        if (_outstanding == 0)
        {
            return false;
        }

        XskSocket socket = _queue.Socket;
        Reap(socket.Completion);
        if (_outstanding > 0 && socket.Tx.Outstanding > 0)
        {
            Kick(socket);
        }

        return _outstanding > 0 && _monitor.State != LinkState.Gone;
    }

    /// <summary>Sends and brings home what is left when the worker has ended. From the thread that closes the port.</summary>
    /// <returns>True while frames have not left.</returns>
    internal bool DrainAtEnd()
    {
        if (_outstanding > 0 && _monitor.State == LinkState.Up)
        {
            Kick(_queue.Socket);
            Reap(_queue.Socket.Completion, isOwner: false);
            return _outstanding > 0;
        }

        return false;
    }

    /// <summary>Forgets what the old socket's rings held. While the queue is parked.</summary>
    internal void Reset()
    {
        _outstanding = 0;
    }

    /// <summary>Puts frames into the ring that are one buffer of the arena each, with nothing asked for: the loop that most packets see.</summary>
    /// <returns>How many; the next one needs a closer look, if there is one and there is room.</returns>
    private int PutPlain(ReadOnlySpan<Packet> packets, ProducerRing tx, int at, int room, ref long bytes)
    {
        ArenaMap map = _map;
        Arena arena = _arena;
        HeldBuffers table = _queue.TxHeld;
        byte* held = table.Counts;
        bool chains = table.HasChains;
        var entries = (XdpDescriptor*)tx.Entries;
        uint mask = tx.Mask;
        uint next = tx.Next + (uint)at;
        long sum = 0;
        int count = 0;
        int most = Math.Min(packets.Length, room);
        for (; count < most; count++)
        {
            Packet packet = packets[count];
            int length = packet.Length;
            if (packet.SegmentCount != 1
                || length < MinFrame
                || (packet.Flags & PacketFlags.TxChecksumPartial) != 0
                || !arena.TryGetBuffer(packet, out int buffer)
                || held[buffer] == byte.MaxValue)
            {
                break;
            }

            held[buffer]++;
            if (chains)
            {
                table.SetHead(buffer, 0);
            }

            entries[(next + (uint)count) & mask] = new XdpDescriptor { Address = map.OffsetOf(packet.DataPointer), Length = (uint)length };
            sum += length;
        }

        bytes += sum;
        return count;
    }

    /// <summary>Brings home what has left.</summary>
    private void Reap(ConsumerRing completion, bool isOwner = true)
    {
        ArenaMap map = _map;
        Arena arena = _arena;
        HeldBuffers table = _queue.TxHeld;
        bool chains = table.HasChains;
        Packet[] done = _done;
        while (true)
        {
            int ready = Math.Min(completion.Peek(ReapBatch), ReapBatch);
            if (ready == 0)
            {
                return;
            }

            int count = 0;
            int valid = 0;
            byte* held = table.Counts;
            for (int i = 0; i < ready; i++)
            {
                ulong offset = completion.Address(i);
                if (!map.TryLocate(offset, out int buffer, out _) || held[buffer] == 0)
                {
                    // A socket that fails to send again and again completes the same frame each time: freeing it twice would be worse.
                    InvalidCompletions++;
                    continue;
                }

                valid++;
                held[buffer]--;
                if (chains)
                {
                    int head = table.HeadOf(buffer);
                    if (head < 0)
                    {
                        continue;
                    }

                    buffer = head == 0 ? buffer : head - 1;
                }

                Packet packet = arena.PacketOf(buffer);
                if (_metadata)
                {
                    TakeTimestamp(packet);
                }

                done[count++] = packet;
            }

            completion.Release(ready);
            _outstanding -= valid;
            if (isOwner)
            {
                _pool.Return(done.AsSpan(0, count));
            }
            else
            {
                Mempool.Free(done.AsSpan(0, count));
            }

            if (ready < ReapBatch)
            {
                return;
            }
        }
    }
}
