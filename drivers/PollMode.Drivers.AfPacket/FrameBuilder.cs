namespace PollMode.Drivers.AfPacket;

/// <summary>
/// Copies frames into rented buffers: one, or a chain for a frame that is longer. Keeps a few rented buffers while a burst is received, so
/// that the pool is asked once for many.
/// </summary>
internal sealed class FrameBuilder
{
    private readonly Mempool _pool;
    private readonly int _port;
    private readonly int _headroom;
    private readonly int _bufferBytes;
    private readonly Packet[] _spares = new Packet[32];
    private int _count;

    internal FrameBuilder(Mempool pool, PortContext context)
    {
        _pool = pool;
        _port = context.PortIndex;
        _headroom = context.Arena.HeadroomBytes;
        _bufferBytes = context.Arena.BufferBytes;
    }

    /// <summary>Whether a buffer can be had; rents some if none is left.</summary>
    internal bool HasBuffers => _count > 0 || (_count = _pool.Rent(_spares)) > 0;

    /// <summary>Gives back what was rented and not used.</summary>
    internal void GiveBack()
    {
        _pool.Return(_spares.AsSpan(0, _count));
        _count = 0;
    }

    /// <summary>Makes a packet of three parts of a frame, one after the other.</summary>
    /// <returns>None if the pool has not enough buffers.</returns>
    internal Packet Build(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        int total = first.Length + second.Length + third.Length;
        if (!HasBuffers)
        {
            return default;
        }

        Packet packet = _spares[--_count];
        if (total > _bufferBytes - _headroom)
        {
            return BuildChain(packet, first, second, third);
        }

        packet.SetFrame(_headroom, _port, total);
        Span<byte> to = packet.Span;
        first.CopyTo(to);
        if (first.Length < total)
        {
            second.CopyTo(to[first.Length..]);
            third.CopyTo(to[(first.Length + second.Length)..]);
        }

        return packet;
    }

    private Packet BuildChain(Packet head, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        head.SetFrame(_headroom, _port, 0);
        Packet last = head;
        if (!Append(head, ref last, first) || !Append(head, ref last, second) || !Append(head, ref last, third))
        {
            _pool.Return(head);
            return default;
        }

        return head;
    }

    private bool Append(Packet head, ref Packet last, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int room = last.Tailroom;
            if (room == 0)
            {
                if (!HasBuffers)
                {
                    return false;
                }

                last = _spares[--_count];
                last.SetFrame(0, _port, 0);
                head.AppendSegments(last);
                room = _bufferBytes;
            }

            int count = Math.Min(room, bytes.Length);
            last.TryAppend(count, out Span<byte> to);
            bytes[..count].CopyTo(to);
            bytes = bytes[count..];
        }

        return true;
    }
}
