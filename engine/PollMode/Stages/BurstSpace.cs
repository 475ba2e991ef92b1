using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>The arrays behind a worker's bursts, and where it counts drops. One for each worker, used by it alone.</summary>
internal sealed unsafe class BurstSpace : IDisposable
{
    /// <summary>In <see cref="Egress"/>: the packet has left already.</summary>
    internal const short Gone = short.MinValue;

    /// <summary>Room for stages that multiply packets: this many times the burst size.</summary>
    private const int Growth = 4;

    private readonly NativeBlock _block;
    private readonly Packet* _packets;
    private readonly int _capacity;
    private int _dropped;

    internal BurstSpace(Mempool pool, int burstSize, PacketTrace? trace = null)
    {
        Pool = pool;
        Trace = trace ?? new PacketTrace();
        _capacity = burstSize * Growth;
        _block = new NativeBlock(((long)_capacity * ((3 * sizeof(Packet)) + sizeof(short))) + (DropReason.Limit * sizeof(long)), "a worker's bursts");
        _packets = (Packet*)(DropCounts + DropReason.Limit);
    }

    internal Mempool Pool { get; }

    internal PacketTrace Trace { get; }

    /// <summary>The stage or port that has the burst; kept up to date only while somebody traces.</summary>
    internal string Step { get; set; } = "worker";

    internal Span<Packet> Packets => new(_packets, _capacity);

    /// <summary>The first of <see cref="Packets"/>.</summary>
    internal Packet* First => _packets;

    internal Span<short> Egress => new(_packets + (3 * _capacity), _capacity);

    /// <summary>Packets dropped so far, by reason index. Written by the worker alone.</summary>
    /// <remarks>
    /// First, so that the packets do not begin a page, as the counters of rings and other blocks do: a processor may take a load for one of what was just stored to
    /// another address with the same twelve low bits (measured over a ring: a burst of eight through a stage that does nothing 35.0 cycles, and 32.5 so).
    /// </remarks>
    internal long* DropCounts => (long*)_block.Pointer;

    /// <summary>Where packets with the same egress port are gathered.</summary>
    internal Span<Packet> Gathered => new(_packets + (2 * _capacity), _capacity);

    public void Dispose() => _block.Dispose();

    /// <summary>Moves packets out of places that a queue has lent, to the beginning of <see cref="Packets"/>.</summary>
    /// <returns>Where they are now.</returns>
    internal Span<Packet> MoveHome(ReadOnlySpan<Packet> packets)
    {
        packets.CopyTo(Packets);
        return Packets[..packets.Length];
    }

    /// <summary>Whether packets stand in the worker's own memory, and not in places that a queue has lent.</summary>
    internal bool IsHome(ReadOnlySpan<Packet> packets) => packets.IsEmpty || new ReadOnlySpan<Packet>(_packets, 3 * _capacity).Overlaps(packets);

    internal void Drop(Packet packet, DropReason reason)
    {
        DropCounts[reason.Index]++;
        if (Trace.IsActive)
        {
            Trace.RecordDrop(packet, Step, reason);
        }

        _packets[_capacity + _dropped++] = packet;
        if (_dropped == _capacity)
        {
            FreeDropped();
        }
    }

    internal void Drop(ReadOnlySpan<Packet> packets, DropReason reason)
    {
        DropCounts[reason.Index] += packets.Length;
        if (Trace.IsActive)
        {
            foreach (Packet packet in packets)
            {
                Trace.RecordDrop(packet, Step, reason);
            }
        }

        Pool.Return(packets);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void FreeDropped()
    {
        if (_dropped > 0)
        {
            ReturnDropped();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnDropped()
    {
        int count = _dropped;
        _dropped = 0;
        Pool.Return(new ReadOnlySpan<Packet>(_packets + _capacity, count));
    }
}
