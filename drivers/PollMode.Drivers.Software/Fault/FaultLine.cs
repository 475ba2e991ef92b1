using System.Numerics;

namespace PollMode.Drivers.Software;

/// <summary>
/// One direction of one queue of a bad wire: packets go in, are lost, doubled, corrupted or held back, and come out when they are due.
/// Owns what is in it. Used by the queue's worker alone, but for <see cref="IsEmpty"/> and <see cref="IsDown"/>.
/// </summary>
/// <remarks>
/// What is kept is a queue in the order of leaving; every packet has the moment at which it is due, counted in packets that came in or in
/// ticks of the clock. One packet at a time is out of the queue, being overtaken.
/// </remarks>
internal sealed class FaultLine
{
    /// <summary>What one packet may become: itself, its double, and the packet it was the last to overtake.</summary>
    private const int MostFromOne = 3;

    private const int BurstRoom = 1024;

    private readonly FaultSettings _settings;
    private readonly Mempool _pool;
    private readonly TimeProvider? _clock;
    private readonly FaultDice _loss;
    private readonly FaultDice _duplicate;
    private readonly FaultDice _corrupt;
    private readonly FaultDice _reorder;
    private readonly Packet[] _packets;
    private readonly long[] _dueAt;
    private readonly long _delay;
    private readonly int _mask;
    private readonly int _limit;
    private long _head;
    private long _due;
    private long _tail;
    private long _arrived;
    private Packet _overtaken;
    private int _overtakers;
    private bool _isDown;

    internal FaultLine(FaultSettings settings, Mempool pool, TimeProvider clock, int stream)
    {
        _settings = settings;
        _pool = pool;
        bool isTimed = settings.DelayTime > TimeSpan.Zero;
        _clock = isTimed ? clock : null;
        _delay = isTimed ? (long)(settings.DelayTime.TotalSeconds * clock.TimestampFrequency) : settings.DelayFrames;
        _loss = new FaultDice(settings.Seed, (stream * 16) + 0, settings.Loss);
        _duplicate = new FaultDice(settings.Seed, (stream * 16) + 1, settings.Duplicate);
        _corrupt = new FaultDice(settings.Seed, (stream * 16) + 2, settings.Corrupt);
        _reorder = new FaultDice(settings.Seed, (stream * 16) + 3, settings.Reorder);
        _limit = isTimed ? FaultSettings.MostKept : (2 * settings.DelayFrames) + BurstRoom;
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)(_limit + MostFromOne));
        _packets = new Packet[capacity];
        _dueAt = new long[capacity];
        _mask = capacity - 1;
    }

    internal FaultCounters Counters { get; } = new();

    /// <summary>Packets that may come in now.</summary>
    internal int Room => (int)Math.Max(0, (_limit - (_tail - _head)) / MostFromOne);

    /// <summary>True when nothing is kept. From any thread, a moment old.</summary>
    internal bool IsEmpty => Volatile.Read(ref _tail) == Volatile.Read(ref _head) && _overtakers == 0;

    /// <summary>True when packets are kept that will leave with time alone.</summary>
    internal bool WaitsForTime => _clock != null && _tail != _head;

    /// <summary>Whether the link is down. From any thread.</summary>
    internal bool IsDown => Volatile.Read(ref _isDown);

    /// <summary>Takes packets, no more than there is <see cref="Room"/> for.</summary>
    internal void Add(ReadOnlySpan<Packet> packets)
    {
        long now = _clock?.GetTimestamp() ?? 0;
        foreach (Packet packet in packets)
        {
            Add(packet, now);
        }
    }

    /// <summary>Nothing more will come in: everything that waits for others to come is due.</summary>
    internal void Flush()
    {
        if (_overtakers > 0)
        {
            Keep(_overtaken, _clock?.GetTimestamp() ?? 0);
            _overtakers = 0;
        }

        if (_clock == null)
        {
            _due = _tail;
        }
    }

    /// <summary>How many packets are due.</summary>
    internal int CountDue()
    {
        long now = _clock?.GetTimestamp() ?? _arrived;
        while (_due < _tail && _dueAt[_due & _mask] <= now)
        {
            _due++;
        }

        return (int)(_due - _head);
    }

    /// <summary>The next packets that are due and lie side by side. They stay in the line until <see cref="Skip"/>.</summary>
    internal ReadOnlySpan<Packet> PeekDue()
    {
        int count = CountDue();
        int start = (int)(_head & _mask);
        return _packets.AsSpan(start, Math.Min(count, _packets.Length - start));
    }

    /// <summary>Gives up packets that <see cref="PeekDue"/> showed.</summary>
    internal void Skip(int count) => Volatile.Write(ref _head, _head + count);

    /// <summary>Gives packets that are due: as many as the span holds, of which there must be enough.</summary>
    internal void Take(Span<Packet> packets)
    {
        while (!packets.IsEmpty)
        {
            ReadOnlySpan<Packet> next = PeekDue();
            next = next[..Math.Min(next.Length, packets.Length)];
            next.CopyTo(packets);
            Skip(next.Length);
            packets = packets[next.Length..];
        }
    }

    /// <summary>Frees what is kept. The worker has stopped.</summary>
    internal void Close()
    {
        Flush();
        for (; _head < _tail; _head++)
        {
            _packets[_head & _mask].Free();
            Counters.FreedAtClose++;
        }

        _due = _tail;
    }

    private void Add(Packet packet, long now)
    {
        // Every die is rolled for every packet, so that the fate of one does not change that of those behind it.
        bool isLost = _loss.Roll();
        bool isDoubled = _duplicate.Roll();
        bool isCorrupted = _corrupt.Roll();
        bool isOvertaken = _reorder.Roll();
        bool isDown = FlapsDown();
        _arrived++;
        if (isDown || isLost)
        {
            _ = isDown ? Counters.LinkDown++ : Counters.Lost++;
            _pool.Return(packet);
        }
        else
        {
            if (isCorrupted)
            {
                packet = Corrupt(packet);
            }

            if (isOvertaken && _overtakers == 0)
            {
                Counters.Reordered++;
                if (isDoubled)
                {
                    Double(packet, now);
                }

                _overtaken = packet;
                _overtakers = _settings.ReorderBy;
                return;
            }

            Keep(packet, now);
            if (isDoubled)
            {
                Double(packet, now);
            }
        }

        if (_overtakers > 0 && --_overtakers == 0)
        {
            Keep(_overtaken, now);
        }
    }

    private void Keep(Packet packet, long now)
    {
        _packets[_tail & _mask] = packet;
        _dueAt[_tail & _mask] = (_clock == null ? _arrived : now) + _delay;
        Volatile.Write(ref _tail, _tail + 1);
    }

    /// <summary>A frame that comes twice is two frames, each to be edited by itself: so the second is a copy.</summary>
    private void Double(Packet packet, long now)
    {
        if (_pool.TryCopy(packet, out Packet copy))
        {
            Counters.Duplicated++;
            Keep(copy, now);
        }
        else
        {
            Counters.Skipped++;
        }
    }

    /// <summary>Turns over one bit of the first buffer; of a copy, if somebody else holds the packet, too.</summary>
    private Packet Corrupt(Packet packet)
    {
        int bit = _corrupt.Below(Math.Max(1, packet.Length) * 8);
        if (packet.ReferenceCount > 1)
        {
            if (!_pool.TryCopy(packet, out Packet copy))
            {
                Counters.Skipped++;
                return packet;
            }

            _pool.Return(packet);
            packet = copy;
        }

        if (packet.Length > 0)
        {
            packet.Span[bit / 8] ^= (byte)(1 << (bit % 8));
            Counters.Corrupted++;
        }

        return packet;
    }

    /// <summary>Whether the link is down for the next packet, which is the one after <see cref="_arrived"/>.</summary>
    private bool FlapsDown()
    {
        if (_settings.FlapUp == 0)
        {
            return false;
        }

        long round = _settings.FlapUp + _settings.FlapDown;
        bool isDown = _arrived % round >= _settings.FlapUp;

        // Seen from outside the link is what it will be for the packet after this one.
        Volatile.Write(ref _isDown, (_arrived + 1) % round >= _settings.FlapUp);
        return isDown;
    }
}
