using System.Buffers.Binary;

namespace PollMode;

/// <summary>
/// Finishes packets for a queue that cannot. A packet that must be cut is taken as soon as its first piece can be made; its pieces go
/// before everything that is sent later. Packets are counted as they were given; what the queue behind loses it counts as frames.
/// </summary>
internal sealed class OffloadingTxQueue : ITxQueue
{
    private const int MostPieces = 64;
    private const int TagBytes = 4;

    private readonly ITxQueue _inner;
    private readonly Mempool _pool;
    private readonly PacketFlags _missing;
    private readonly SegmentCutter _cutter;
    private readonly Packet[] _pieces = new Packet[MostPieces];
    private readonly byte[] _tag = new byte[TagBytes];
    private Packet _whole;
    private int _first;
    private int _end;
    private int _tagBytes;
    private long _noBuffer;
    private long _refused;
    private long _copied;
    private long _freedAtClose;

    internal OffloadingTxQueue(ITxQueue inner, Mempool pool, PacketFlags missing)
    {
        _inner = inner;
        _pool = pool;
        _missing = missing;
        _cutter = new SegmentCutter(pool);
    }

    public QueueCounters Counters { get; } = new();

    /// <summary>Large segments that were cut.</summary>
    internal long SegmentsCut { get; private set; }

    /// <summary>Frames whose checksum was completed, or that got their VLAN tag.</summary>
    internal long Finished { get; private set; }

    /// <summary>Frames that they became.</summary>
    internal long Pieces { get; private set; }

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int taken = 0;
        while (SendPieces() && taken < packets.Length)
        {
            int ready = taken;
            while (ready < packets.Length && IsReady(packets[ready]))
            {
                ready++;
            }

            if (ready > taken)
            {
                taken += SendReady(packets[taken..ready]);
                if (taken < ready)
                {
                    break;
                }
            }
            else if (TryTake(packets[taken]))
            {
                taken++;
            }
            else
            {
                break;
            }
        }

        Counters.Packets += taken;
        CopyCounters();
        return taken;
    }

    public bool Service()
    {
        bool done = SendPieces();
        bool outstanding = _inner.Service();
        CopyCounters();
        return outstanding || !done;
    }

    /// <summary>Makes the counters those of both queues together. By the worker, and once more when the port behind is closed.</summary>
    internal void CopyCounters()
    {
        QueueCounters inner = _inner.Counters;
        Counters.Dropped = inner.Dropped + _freedAtClose;
        Counters.NoBuffer = inner.NoBuffer + _noBuffer;
        Counters.Errors = inner.Errors + _refused;
        Counters.Copied = inner.Copied + _copied;
    }

    /// <summary>Frees what was taken and has not left. After the worker has ended.</summary>
    internal void Close()
    {
        _cutter.Stop();
        for (; _first < _end; _first++)
        {
            _pieces[_first].Free();
            _freedAtClose++;
        }

        if (!_whole.IsNone)
        {
            _whole.Free();
            _whole = default;
        }
    }

    /// <summary>Sends packets that the queue behind can take; their lengths are read while they are ours.</summary>
    private int SendReady(ReadOnlySpan<Packet> packets)
    {
        Span<int> lengths = stackalloc int[MostPieces];
        packets = packets[..Math.Min(packets.Length, lengths.Length)];
        for (int i = 0; i < packets.Length; i++)
        {
            lengths[i] = packets[i].TotalLength;
        }

        int sent = _inner.Send(packets);
        foreach (int length in lengths[..sent])
        {
            Counters.Bytes += length;
        }

        return sent;
    }

    /// <summary>Whether the queue behind can take a packet as it is, or as it is now that it was finished in place.</summary>
    private bool IsReady(Packet packet)
    {
        PacketFlags work = packet.Flags & _missing;
        if (work == 0)
        {
            return true;
        }

        if (SoftwareOffload.FinishInPlace(packet) != OffloadResult.Done)
        {
            return false;
        }

        Finished++;
        return true;
    }

    /// <summary>Takes a packet that must be cut or copied. False if there is no buffer for that: then it stays the caller's.</summary>
    private bool TryTake(Packet packet)
    {
        if ((packet.Flags & _missing & SoftwareOffload.Segmentation) == 0)
        {
            Packet copy = packet;
            switch (SoftwareOffload.Finish(ref copy, _pool))
            {
                case OffloadResult.NeedsBuffer:
                    _noBuffer++;
                    return false;
                case OffloadResult.Impossible:
                    return Refuse(packet);
            }

            _pieces[0] = copy;
            _first = 0;
            _end = 1;
            Finished++;
            _copied++;
            Counters.Bytes += packet.TotalLength;
            _pool.Return(packet);
            return true;
        }

        if (!_cutter.TryStart(packet))
        {
            return Refuse(packet);
        }

        _tagBytes = 0;
        if ((packet.Flags & _missing & PacketFlags.HasVlan) != 0)
        {
            _tagBytes = TagBytes;
            _tag[0] = 0x81;
            _tag[1] = 0x00;
            BinaryPrimitives.WriteUInt16BigEndian(_tag.AsSpan(2), packet.VlanTci);
        }

        _whole = packet;
        if (!CutMore())
        {
            _cutter.Stop();
            _whole = default;
            return false;
        }

        Counters.Bytes += packet.TotalLength;
        SegmentsCut++;
        return true;
    }

    /// <summary>Takes a packet that asks for what cannot be done. It is lost, and counted.</summary>
    private bool Refuse(Packet packet)
    {
        Counters.Bytes += packet.TotalLength;
        _refused++;
        _pool.Return(packet);
        return true;
    }

    /// <summary>Sends pieces until none is left. False if some are.</summary>
    private bool SendPieces()
    {
        while (true)
        {
            if (_first < _end)
            {
                _first += _inner.Send(_pieces.AsSpan(_first, _end - _first));
                if (_first < _end)
                {
                    return false;
                }
            }

            if (_whole.IsNone)
            {
                return true;
            }

            if (_cutter.IsBusy)
            {
                if (!CutMore())
                {
                    return false;
                }

                continue;
            }

            _pool.Return(_whole);
            _whole = default;
        }
    }

    private bool CutMore()
    {
        _first = 0;
        _end = 0;
        while (_end < MostPieces && _cutter.IsBusy && _cutter.TryNext(_tag.AsSpan(0, _tagBytes), out Packet piece))
        {
            _pieces[_end++] = piece;
        }

        Pieces += _end;
        _noBuffer += _end == 0 ? 1 : 0;
        return _end > 0;
    }
}
