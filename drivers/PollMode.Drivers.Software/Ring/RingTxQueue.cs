using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Software;

/// <summary>Puts packets into the ring to the other end, as many as it has room for.</summary>
internal sealed class RingTxQueue : ITxQueue
{
    private readonly RingLane _lane;
    private readonly int _receiverPort;
    private long _refused;

    internal RingTxQueue(RingLane lane, RingPair pair, int receiver)
    {
        _lane = lane;
        _receiverPort = pair.PortOf(receiver);
    }

    public QueueCounters Counters { get; } = new();

    /// <summary>Packets that were offered and found no room. One offered again counts again.</summary>
    internal long Refused => Volatile.Read(ref _refused);

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int offered = packets.Length;
        if (_lane.IsClosed)
        {
            _refused += offered;
            return 0;
        }

        // All that is to be done to a packet is done before it is handed over: afterwards the receiver may have freed it. What there is no
        // room for is still the caller's, and is left as it is.
        int taken = _lane.RoomFor(offered);
        if (taken < offered)
        {
            _refused += offered - taken;
            if (taken == 0)
            {
                return 0;
            }

            packets = packets[..taken];
        }

        long bytes = PacketSweep.BytesOf(packets, _receiverPort, out bool arePortsRight);
        if (!arePortsRight)
        {
            StampPort(packets);
        }

        // There is room, and nobody but this thread takes it.
        _ = _lane.TryWrite(packets);
        Publish(_lane, taken, bytes);
        return taken;
    }

    public int SendAsReceived(ReadOnlySpan<Packet> packets, int rxPort, long bytes)
    {
        // A part of them has fewer bytes, and packets of another port are to get the receiver's.
        RingLane lane = _lane;
        if (rxPort != _receiverPort || lane.IsClosed || !lane.TryWrite(packets))
        {
            return Send(packets);
        }

        Publish(lane, packets.Length, bytes);
        return packets.Length;
    }

    public bool Service() => !_lane.IsClosed && _lane.Count > 0;

    /// <summary>Counts what was written into the ring, and lets the receiver have it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Publish(RingLane lane, int count, long bytes)
    {
        QueueCounters counters = Counters;
        long sent = counters.Packets + count;
        bytes += counters.Bytes;
        counters.Packets = sent;
        counters.Bytes = bytes;
        lane.MarkBytes(sent, bytes);
        lane.Publish(count);
    }

    /// <summary>A packet comes in by the receiver's port. A shared one is read-only, its metadata, too: it keeps the port by which it first came in, until it is sent by another port again.</summary>
    private void StampPort(ReadOnlySpan<Packet> packets)
    {
        int port = _receiverPort;
        foreach (Packet packet in packets)
        {
            if (packet.Port != port && packet.ReferenceCount == 1)
            {
                Packet own = packet;
                own.Port = port;
            }
        }
    }
}
