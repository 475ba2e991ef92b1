namespace PollMode.Drivers.Software;

/// <summary>One end of a ring.</summary>
internal sealed class RingPort : IPort
{
    private const int FillBytes = 64;

    private readonly RingPair _pair;
    private readonly int _side;
    private readonly int _index;
    private readonly OpenedQueues _rx;
    private readonly OpenedQueues _tx;
    private readonly List<RingTxQueue> _transmit = [];

    internal RingPort(PortSpec spec, RingPair pair, int side, int index)
    {
        Name = spec.Text;
        _pair = pair;
        _side = side;
        _index = index;
        _rx = new OpenedQueues(Name, "receive", pair.Queues);
        _tx = new OpenedQueues(Name, "transmit", pair.Queues);
        Capabilities = new PortCapabilities
        {
            RxQueues = pair.Queues,
            TxQueues = pair.Queues,
            MaxFrameBytes = int.MaxValue,
            Segments = true,
            ZeroCopy = true,
        };
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    /// <summary>Gone once the other end was closed while this one is still open.</summary>
    public LinkState Link => !_pair.IsClosed(_side) && _pair.IsClosed(_pair.OtherEnd(_side)) ? LinkState.Gone : LinkState.Up;

    public IReadOnlyList<string> Report =>
        [$"{(_pair.IsLoop ? "a loop: receives what it sends" : $"end {_side} of two")}, {_pair.Queues} queue(s) of {_pair.Slots} packets, no copy"];

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        _rx.Add(queue);
        return new RingRxQueue(_pair.ReceivedBy(_side, queue));
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        _tx.Add(queue);
        var opened = new RingTxQueue(_pair.SentBy(_side, queue));
        Fill(opened, pool);
        lock (_transmit)
        {
            _transmit.Add(opened);
        }

        return opened;
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        long refused;
        lock (_transmit)
        {
            refused = _transmit.Sum(queue => queue.Refused);
        }

        counters.Add(new PortCounter("ring_slots", _pair.Slots));
        counters.Add(new PortCounter("ring_rx_waiting", _pair.WaitingFor(_side)));
        counters.Add(new PortCounter("ring_rx_freed_at_close", _pair.FreedOf(_side)));
        counters.Add(new PortCounter("ring_tx_refused", refused));
    }

    public void Dispose() => _pair.Close(_side);

    /// <summary>Sends the frames that are to be in the ring from the start. The pool has no owner yet but the thread that opens.</summary>
    private void Fill(RingTxQueue queue, Mempool pool)
    {
        for (int i = 0; i < _pair.Fill; i++)
        {
            if (!pool.TryRent(out Packet packet))
            {
                throw new PollModeException($"The pool '{pool.Name}' has too few buffers for fill={_pair.Fill} of '{Name}'; raise BuffersPerWorker.");
            }

            packet.SetFrame(pool.Arena.HeadroomBytes, _index, FillBytes);
            packet.Span.Clear();
            queue.Send([packet]);
        }
    }
}
