namespace PollMode.Drivers.Traffic;

/// <summary>Receives ahead, and gives each packet when it is due: by a schedule, or by the times at which packets were recorded.</summary>
internal sealed class PacedRxQueue : IRxQueue
{
    /// <summary>Packets received ahead of their time.</summary>
    internal const int Ahead = 64;

    private readonly IRxQueue _inner;
    private readonly TrafficClock _clock;
    private readonly Pacer? _pacer;
    private readonly double _scale;
    private readonly Packet[] _ahead = new Packet[Ahead];
    private int _head;
    private int _count;
    private long _origin = -1;
    private long _due;
    private double _remainder;
    private long _lastRecorded = -1;
    private bool _isDueKnown;
    private volatile int _life;

    internal PacedRxQueue(IRxQueue inner, PaceSettings settings, TrafficClock clock)
    {
        _inner = inner;
        _clock = clock;
        _scale = 1 / settings.Speed;
        _pacer = settings.Rates == null ? null : new Pacer(settings.Rates, settings.Spacing, 0, new SeededRandom(settings.Seed, 0));
        _life = (int)inner.Life;
    }

    public QueueCounters Counters { get; } = new();

    public RxQueueLife Life => (RxQueueLife)_life;

    internal long LargestLag { get; private set; }

    public int Receive(Span<Packet> packets)
    {
        long clock = _clock.Nanoseconds;
        int count = 0;
        while (count < packets.Length && TryPeek(out Packet packet))
        {
            if (_origin < 0)
            {
                _origin = clock;
            }

            long now = clock - _origin;
            long due = DueOf(packet);
            if (due > now)
            {
                break;
            }

            LargestLag = Math.Max(LargestLag, now - due);
            _pacer?.Advance(packet.TotalLength + EthernetWire.FcsBytes, now);
            _isDueKnown = false;
            _head++;
            _count--;
            Counters.Packets++;
            Counters.Bytes += packet.TotalLength;
            packets[count++] = packet;
        }

        QueueCounters inner = _inner.Counters;
        Counters.Dropped = inner.Dropped;
        Counters.NoBuffer = inner.NoBuffer;
        Counters.Errors = inner.Errors;
        RxQueueLife life = _inner.Life;
        bool isOver = _pacer?.Due == Pacer.Never;
        _life = (int)(isOver ? RxQueueLife.Ended : _count > 0 && life != RxQueueLife.Live ? RxQueueLife.Live : life);
        return count;
    }

    internal void Close()
    {
        Mempool.Free(_ahead.AsSpan(_head, _count));
        _count = 0;
    }

    private bool TryPeek(out Packet packet)
    {
        if (_count == 0)
        {
            _head = 0;
            _count = _inner.Receive(_ahead);
        }

        packet = _count > 0 ? _ahead[_head] : default;
        return _count > 0;
    }

    /// <summary>When a packet is due. A recorded time before the last one, as where a capture starts again, follows at once.</summary>
    private long DueOf(Packet packet)
    {
        if (_pacer != null)
        {
            return _pacer.Due;
        }

        if (!_isDueKnown)
        {
            bool isRecorded = (packet.Flags & PacketFlags.HasTimestamp) != 0;
            long recorded = isRecorded ? packet.TimestampNanoseconds : _lastRecorded;
            if (_lastRecorded >= 0 && recorded > _lastRecorded)
            {
                _remainder += (recorded - _lastRecorded) * _scale;
                long whole = (long)_remainder;
                _remainder -= whole;
                _due += whole;
            }

            _lastRecorded = recorded;
            _isDueKnown = true;
        }

        return _due;
    }
}
