namespace PollMode.Drivers.Traffic;

/// <summary>Takes packets and reckons when each will have had its turn. Takes all; what finds the queue full is lost and counted.</summary>
/// <remarks>The moment travels in the packet's user word: between the two queues the packet is on the wire, and belongs to no stage.</remarks>
internal sealed class LoopTxQueue : ITxQueue
{
    private readonly PacketRing _ring;
    private readonly QueueCounters _back;
    private readonly TrafficClock _clock;
    private readonly Mempool _pool;
    private readonly Rate _rate;
    private readonly double _nanosecondsPerWork;
    private readonly int _queue;
    private readonly long _delay;
    private double _free;

    internal LoopTxQueue(PacketRing ring, QueueCounters back, LoopSettings settings, TrafficClock clock, Mempool pool)
    {
        _ring = ring;
        _back = back;
        _clock = clock;
        _pool = pool;
        _rate = settings.Rate;
        _nanosecondsPerWork = settings.Rate.IsMax ? 0 : 1e9 / settings.Rate.Value;
        _queue = settings.Queue;
        _delay = settings.DelayNanoseconds;
    }

    public QueueCounters Counters { get; } = new();

    public int Send(ReadOnlySpan<Packet> packets)
    {
        long now = _clock.Nanoseconds;
        foreach (Packet packet in packets)
        {
            Packet sent = packet;
            int bytes = packet.TotalLength;
            double turn = _rate.WorkOf(bytes + EthernetWire.FcsBytes) * _nanosecondsPerWork;
            Counters.Packets++;
            Counters.Bytes += bytes;
            if (_free - now > _queue * turn)
            {
                Lose(packet);
                continue;
            }

            double ready = Math.Max(_free, now) + turn;
            sent.UserWord = (ulong)((long)ready + _delay);
            if (_ring.Enqueue([sent]) == 0)
            {
                Lose(packet);
                continue;
            }

            _free = ready;
        }

        return packets.Length;
    }

    public bool Service() => Counters.Packets - Counters.Dropped != Volatile.Read(ref _back.Packets);

    private void Lose(Packet packet)
    {
        Counters.Dropped++;
        _pool.Return(packet);
    }
}
