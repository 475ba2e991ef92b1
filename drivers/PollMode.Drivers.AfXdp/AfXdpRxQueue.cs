using System.Runtime.CompilerServices;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Drivers.AfXdp.Xsk;

namespace PollMode.Drivers.AfXdp;

/// <summary>The receive side of a queue: takes frames from the RX ring and puts rented buffers into the fill ring.</summary>
internal sealed unsafe class AfXdpRxQueue : IRxQueue
{
    private const int RefillBatch = 64;
    private const ulong OffsetShift = 48;
    private const ulong BaseMask = (1UL << 48) - 1;

    private readonly XskQueue _queue;
    private Mempool _pool;
    private readonly Arena _arena;
    private readonly ArenaMap _map;
    private readonly int _port;
    private readonly int _target;
    private readonly bool _unaligned;
    private readonly bool _needWakeup;
    private readonly bool _busyPoll;
    private readonly bool _metadata;
    private readonly bool _plain;
    private readonly Packet[] _scratch = new Packet[RefillBatch];
    private readonly RxGate? _gate;
    private int _held;
    private Packet _partial;

    internal AfXdpRxQueue(XskQueue queue, Mempool pool, AfXdpSettings settings, int port, RxFacts facts, RxGates? gates)
    {
        _queue = queue;
        _pool = pool;
        _arena = pool.Arena;
        _map = new ArenaMap(_arena);
        _port = port;

        // A device that copies holds no buffers of its own: more than the RX ring has room for would only let that overflow, and the kernel then writes
        // for each lost frame to lines that the sending half reads. Finding the fill ring empty costs it next to nothing.
        _target = queue.Socket.IsZeroCopy ? settings.Rings.Fill : Math.Min(settings.Rings.Fill, settings.Rings.Rx);
        _unaligned = settings.Unaligned;
        _needWakeup = settings.NeedWakeup;
        _busyPoll = settings.BusyPollMicroseconds > 0;
        _metadata = facts != RxFacts.None;
        _gate = queue.Socket.IsZeroCopy ? null : gates?.Of(settings.StartQueue + queue.Index, _target);
        _plain = !_unaligned && !_metadata;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => RxQueueLife.Live;

    public int PollFileDescriptor => _queue.Socket.Number;

    /// <summary>System calls made so that the kernel goes on.</summary>
    internal long Wakeups { get; private set; }

    /// <summary>Frames that the program dropped because the kernel had next to no buffers left. From any thread.</summary>
    internal long Shed => _gate?.Shed ?? 0;

    /// <summary>Descriptors of the kernel that named no buffer it had.</summary>
    internal long InvalidDescriptors { get; private set; }

    public int Receive(Span<Packet> packets)
    {
        if (!_queue.IsRunning)
        {
            _queue.ParkRx();
            return 0;
        }

        XskSocket socket = _queue.Socket;
        ConsumerRing rx = socket.Rx;
        int ready = _gate == null ? rx.Peek(packets.Length) : rx.PeekAll();
        _gate?.Tend(ready, _held - ready);
        ready = Math.Min(ready, packets.Length);
        long bytes = 0;
        int count = _plain && _partial.IsNone ? TakePlain(rx, packets[..ready], ref bytes) : 0;
        int used = count;
        while (used < ready)
        {
            // A copy: what the kernel shares may change between two looks.
            XdpDescriptor descriptor = rx.Descriptor(used++);
            if (!TryTake(in descriptor, out Packet packet))
            {
                continue;
            }

            if (((descriptor.Options & XdpDescriptor.Continued) | (_partial.IsNone ? 0u : 1u)) == 0)
            {
                bytes += descriptor.Length;
                packets[count++] = packet;
            }
            else if (TryComplete(ref packet, descriptor.Options))
            {
                // All of it now, when it is given: its first buffers may have come a call before.
                bytes += packet.TotalLength;
                packets[count++] = packet;
            }
        }

        if (used > 0)
        {
            rx.Release(used);
            _held -= used;
            Counters.Packets += count;
            Counters.Bytes += bytes;
        }

        if (_target - _held >= RefillBatch || (used == 0 && _held < _target))
        {
            Refill(socket.Fill);
        }

        if (used == 0 && (_busyPoll || (_needWakeup && socket.Fill.NeedsWakeup)))
        {
            Wake(socket);
        }

        return count;
    }

    /// <summary>Rents from another pool from now on. Before a worker polls the queue.</summary>
    internal void UsePool(Mempool pool) => _pool = pool;

    /// <summary>Puts buffers into the fill ring until it holds what it should, or the pool has no more.</summary>
    internal void Refill(ProducerRing fill) => Refill(fill, _target);

    /// <summary>Puts buffers into the fill ring up to a number.</summary>
    internal void Refill(ProducerRing fill, int target)
    {
        while (_held < target)
        {
            int wanted = Math.Min(Math.Min(target - _held, RefillBatch), fill.Reserve(RefillBatch));
            int rented = wanted <= 0 ? 0 : _pool.Rent(_scratch.AsSpan(0, wanted));
            Give(_scratch.AsSpan(0, rented), fill);
            fill.Submit(rented);
            _held += rented;
            if (rented < wanted)
            {
                Counters.NoBuffer++;
            }

            if (rented < RefillBatch)
            {
                return;
            }
        }
    }

    /// <summary>Writes rented buffers into the fill ring.</summary>
    private void Give(ReadOnlySpan<Packet> packets, ProducerRing fill)
    {
        byte* held = _queue.RxHeld.Counts;
        var entries = (ulong*)fill.Entries;
        uint mask = fill.Mask;
        uint next = fill.Next;
        foreach (Packet packet in packets)
        {
            _ = _arena.TryGetBuffer(packet, out int buffer);
            held[buffer] = 1;
            entries[next++ & mask] = _map.StartOf(buffer);
            if (_metadata)
            {
                RxMetadata.Clear(packet.DataPointer - packet.Headroom + SocketMaker.KernelHeadroom);
            }
        }
    }

    /// <summary>Forgets what the old socket's rings held. While the queue is parked.</summary>
    internal void Reset()
    {
        _held = 0;
        _gate?.Open();
        DropPartial();
    }

    /// <summary>Frees a frame whose last buffer never came. While the queue is parked, or closed.</summary>
    internal void DropPartial()
    {
        if (!_partial.IsNone)
        {
            _partial.Free();
            _partial = default;
        }
    }

    /// <summary>Takes frames of one buffer each, as long as there is nothing else about them: the loop that most packets see.</summary>
    /// <param name="rx">The ring.</param>
    /// <param name="packets">As long as there are entries to take.</param>
    /// <param name="bytes">Raised by the frames' lengths.</param>
    /// <returns>How many; the next entry needs a closer look, if there is one.</returns>
    private int TakePlain(ConsumerRing rx, Span<Packet> packets, ref long bytes)
    {
        ArenaMap map = _map;
        Arena arena = _arena;
        uint bufferBytes = (uint)arena.BufferBytes;
        byte* held = _queue.RxHeld.Counts;
        var entries = (XdpDescriptor*)rx.Entries;
        uint mask = rx.Mask;
        uint next = rx.Next;
        int port = _port;
        long sum = 0;
        int count = 0;
        for (; count < packets.Length; count++)
        {
            XdpDescriptor descriptor = entries[(next + (uint)count) & mask];
            if (!map.TryLocate(descriptor.Address, out int buffer, out int inside)
                || held[buffer] == 0
                || (uint)inside + (ulong)descriptor.Length > bufferBytes
                || (descriptor.Options & XdpDescriptor.Continued) != 0)
            {
                break;
            }

            held[buffer] = 0;
            Packet packet = arena.PacketOf(buffer);
            packet.SetFrame(inside, port, (int)descriptor.Length);
            packets[count] = packet;
            sum += descriptor.Length;
        }

        bytes += sum;
        return count;
    }

    /// <summary>Turns a descriptor into a packet. False if it names no buffer that the kernel had, or bytes outside it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(in XdpDescriptor descriptor, out Packet packet)
    {
        ulong offset = _unaligned ? (descriptor.Address & BaseMask) + (descriptor.Address >> (int)OffsetShift) : descriptor.Address;
        if (!_map.TryLocate(offset, out int buffer, out int inside)
            || _queue.RxHeld.CountOf(buffer) == 0
            || (uint)inside + (ulong)descriptor.Length > (uint)_arena.BufferBytes)
        {
            // The buffer, if there is one, stays noted as held: it comes home when the socket is closed.
            InvalidDescriptors++;
            Counters.Errors++;
            packet = default;
            return false;
        }

        _queue.RxHeld.CountOf(buffer) = 0;
        packet = _arena.PacketOf(buffer);
        packet.SetFrame(inside, _port, (int)descriptor.Length);
        if (_metadata)
        {
            RxMetadata.Apply(packet);
        }

        return true;
    }

    /// <summary>Hangs a buffer behind those of the same frame that came before.</summary>
    /// <returns>True when the frame is whole; the packet is then its first buffer.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryComplete(ref Packet packet, uint options)
    {
        if (_partial.IsNone)
        {
            _partial = packet;
        }
        else
        {
            _partial.AppendSegments(packet);
        }

        if ((options & XdpDescriptor.Continued) != 0)
        {
            return false;
        }

        packet = _partial;
        _partial = default;
        return true;
    }

    private void Wake(XskSocket socket)
    {
        Wakeups++;
        LibC.Nudge(socket.Number);
    }
}
