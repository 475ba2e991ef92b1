using System.Runtime.CompilerServices;

namespace PollMode;

/// <summary>Gathers buffers of one pool that follow each other in one word of a slab's bitmap, so that they come home in one operation.</summary>
internal unsafe ref struct HomeRun
{
    private readonly HomeBoard _board;
    private PacketMetadata* _first;
    private long _word;
    private ulong _buffers;
    private int _slot;

    internal HomeRun(HomeBoard board)
    {
        _board = board;

        // The word of no buffer.
        _word = long.MinValue;
    }

    /// <summary>Owner's: the buffer is home after <see cref="Flush"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(Packet packet)
    {
        long buffer = packet.Metadata - _first;
        if (buffer >> 6 != _word)
        {
            Flush();
            buffer = StartAt(packet);
        }

        _buffers |= 1UL << (int)buffer;
    }

    /// <summary>Any other thread's: the buffer is home after <see cref="FlushForeign"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddForeign(Packet packet)
    {
        long buffer = packet.Metadata - _first;
        if (buffer >> 6 != _word)
        {
            FlushForeign();
            buffer = StartAt(packet);
        }

        _buffers |= 1UL << (int)buffer;
    }

    internal readonly void Flush()
    {
        if (_buffers != 0)
        {
            _board.Put(_slot, (int)_word, _buffers);
        }
    }

    internal readonly void FlushForeign()
    {
        if (_buffers != 0)
        {
            _board.Return(_slot, (int)_word, _buffers);
        }
    }

    private long StartAt(Packet packet)
    {
        Slab slab = SlabTable.Get(packet.Metadata->SlabId);
        _slot = slab.Slot;
        _first = slab.Metadata;
        long buffer = packet.Metadata - _first;
        _word = buffer >> 6;
        _buffers = 0;
        return buffer;
    }
}
