namespace PollMode.Drivers.Software;

/// <summary>
/// The rings between two ends. Each end is the only producer of the rings it sends by and the only consumer of those it receives by, so
/// whoever closes an end may empty what that end would have received. The last end to close frees what is left and gives back the rings.
/// </summary>
internal sealed class RingPair
{
    private readonly Lock _gate = new();
    private readonly RingSettings _settings;
    private readonly IDictionary<string, object> _shared;
    private readonly RingLane[]?[] _sentBy = new RingLane[2][];
    private readonly int[] _ports = new int[2];
    private readonly bool[] _closed = new bool[2];
    private readonly long[] _freed = new long[2];
    private int _ends;
    private int _open;
    private bool _inUse;
    private bool _disposed;

    private RingPair(RingSettings settings, IDictionary<string, object> shared)
    {
        _settings = settings;
        _shared = shared;
    }

    internal int Queues => _settings.Queues;

    internal int Slots => _settings.Slots;

    /// <summary>Frames that each transmit queue has sent from the start.</summary>
    internal int Fill => _settings.Fill;

    /// <summary>True while the ring has one end, which is its own other end.</summary>
    internal bool IsLoop => _ends < 2;

    private string Key => "ring:" + _settings.Name;

    /// <summary>Opens an end of the ring that the spec names: the first or the second.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="shared">Where the engine keeps its rings.</param>
    /// <param name="port">Index of the port that the end is.</param>
    /// <param name="side">The end.</param>
    /// <exception cref="PollModeException">Both ends are taken, or they are not alike.</exception>
    internal static RingPair Join(PortSpec spec, IDictionary<string, object> shared, int port, out int side)
    {
        RingSettings settings = RingSettings.Read(spec);
        var fresh = new RingPair(settings, shared);
        RingPair pair = shared.TryGetValue(fresh.Key, out object? found) ? (RingPair)found : fresh;
        side = pair.Add(spec, settings, port);
        shared[pair.Key] = pair;
        return pair;
    }

    /// <summary>The ring that an end sends by.</summary>
    internal RingLane SentBy(int side, int queue)
    {
        lock (_gate)
        {
            _inUse = true;
            return _sentBy[side]![queue];
        }
    }

    /// <summary>The ring that an end receives by: what the other end sends, or of a loop, what it sends itself.</summary>
    internal RingLane ReceivedBy(int side, int queue) => SentBy(OtherEnd(side), queue);

    internal int OtherEnd(int side) => IsLoop ? side : 1 - side;

    /// <summary>Whether an end was closed. From any thread.</summary>
    internal bool IsClosed(int side) => Volatile.Read(ref _closed[side]);

    /// <summary>Packets that wait for an end to receive them, and those whose places it was lent. From any thread, after closing, too.</summary>
    internal long WaitingFor(int side)
    {
        lock (_gate)
        {
            return _disposed ? 0 : _sentBy[OtherEnd(side)]!.Sum(lane => (long)lane.Count);
        }
    }

    /// <summary>Packets that were freed because an end was closed before it received them.</summary>
    internal long FreedOf(int side)
    {
        lock (_gate)
        {
            return _freed[side];
        }
    }

    /// <summary>Closes an end, whose worker has stopped, and frees what waited for it. The other end may go on; it finds no room any more.</summary>
    internal void Close(int side)
    {
        lock (_gate)
        {
            if (_closed[side])
            {
                return;
            }

            // From here on the other end sees that nobody receives. A burst it was about to put in stays until it closes, too.
            Volatile.Write(ref _closed[side], true);
            foreach (RingLane lane in _sentBy[OtherEnd(side)]!)
            {
                lane.ReceiverPort = RingLane.Closed;
            }

            FreeWaitingFor(side);
            if (--_open > 0)
            {
                return;
            }

            if (!IsLoop)
            {
                FreeWaitingFor(1 - side);
            }

            foreach (RingLane lane in _sentBy.SelectMany(lanes => lanes ?? []))
            {
                lane.Dispose();
            }

            _disposed = true;
            _shared.Remove(Key);
        }
    }

    private int Add(PortSpec spec, RingSettings settings, int port)
    {
        lock (_gate)
        {
            if (_ends == 2 || _open < _ends)
            {
                throw new PollModeException($"'{spec.Text}' is a third end of the ring '{settings.Name}'; a ring has two. Give the further port another name.");
            }

            if (settings != _settings)
            {
                throw new PollModeException(
                    $"'{spec.Text}' does not match the other end of the ring '{settings.Name}', which has size={_settings.Slots}, queues={_settings.Queues} and fill={_settings.Fill}; give both ends the same options.");
            }

            if (_inUse)
            {
                throw new PollModeException($"'{spec.Text}' comes too late: the ring '{settings.Name}' is in use as a loop already. Open both ends before their queues.");
            }

            var lanes = new RingLane[settings.Queues];
            for (int queue = 0; queue < lanes.Length; queue++)
            {
                lanes[queue] = new RingLane(settings.Slots);
            }

            int side = _ends++;
            _sentBy[side] = lanes;
            _ports[side] = port;
            _open++;
            TellReceivers();
            return side;
        }
    }

    /// <summary>Tells senders by which port the other end receives. The first end's own lanes lead to itself, until there is a second.</summary>
    private void TellReceivers()
    {
        for (int end = 0; end < _ends; end++)
        {
            foreach (RingLane lane in _sentBy[end]!)
            {
                lane.ReceiverPort = _ports[OtherEnd(end)];
            }
        }
    }

    private void FreeWaitingFor(int side)
    {
        Span<Packet> packets = stackalloc Packet[64];
        foreach (RingLane lane in _sentBy[OtherEnd(side)]!)
        {
            int count;
            while ((count = lane.Dequeue(packets)) > 0)
            {
                _freed[side] += count;
                foreach (Packet packet in packets[..count])
                {
                    packet.Free();
                }
            }
        }
    }
}
