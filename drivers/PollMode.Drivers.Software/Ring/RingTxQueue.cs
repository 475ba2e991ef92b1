using System.Runtime.CompilerServices;

namespace PollMode.Drivers.Software;

/// <summary>Puts packets into the ring to the other end, as many as it has room for.</summary>
internal sealed class RingTxQueue : ITxQueue
{
    private readonly RingLane _lane;
    private long _refused;

    internal RingTxQueue(RingLane lane)
    {
        _lane = lane;
    }

    public QueueCounters Counters { get; } = new();

    /// <summary>Packets that were offered and found no room. One offered again counts again.</summary>
    internal long Refused => Volatile.Read(ref _refused);

    public int Send(ReadOnlySpan<Packet> packets)
    {
        int offered = packets.Length;
        int port = _lane.ReceiverPort;
        if (port == RingLane.Closed)
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

        long bytes = PacketSweep.BytesOf(packets, port, out bool arePortsRight);
        if (!arePortsRight)
        {
            StampPort(packets, port);
        }

        _lane.Send(packets, bytes, Counters);
        return taken;
    }

    public int SendAsReceived(ReadOnlySpan<Packet> packets, int rxPort, long bytes)
    {
        // Packets of another port are to get the receiver's.
        RingLane lane = _lane;
        if (rxPort != lane.ReceiverPort)
        {
            return Send(packets);
        }

        return lane.TrySend(packets, bytes, Counters) ? packets.Length : SendOtherwise(packets, bytes);
    }

    public bool Service() => _lane.ReceiverPort != RingLane.Closed && _lane.Count > 0;

    /// <summary>Where there is room after all: their bytes are known. A part of them has fewer, which have to be counted.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int SendOtherwise(ReadOnlySpan<Packet> packets, long bytes)
    {
        if (_lane.RoomFor(packets.Length) < packets.Length)
        {
            return Send(packets);
        }

        _lane.Send(packets, bytes, Counters);
        return packets.Length;
    }

    /// <summary>A packet comes in by the receiver's port. A shared one is read-only, its metadata, too: it keeps the port by which it first came in, until it is sent by another port again.</summary>
    private static void StampPort(ReadOnlySpan<Packet> packets, int port)
    {
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
