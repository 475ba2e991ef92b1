namespace PollMode.Drivers.Software;

/// <summary>A port behind a bad wire.</summary>
internal sealed class FaultPort : IPort
{
    private const int CutStream = 4;

    private readonly IPort _inner;
    private readonly FaultSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly List<FaultLine> _rx = [];
    private readonly List<FaultLine> _tx = [];
    private readonly List<FaultTxQueue> _txQueues = [];
    private bool _closed;

    internal FaultPort(IPort inner, FaultSettings settings, TimeProvider clock)
    {
        _inner = inner;
        _settings = settings;
        _clock = clock;
        Name = $"{settings.Text}+{inner.Name}";
    }

    public string Name { get; }

    public PortCapabilities Capabilities => _inner.Capabilities;

    /// <summary>Down while the wire of any queue is.</summary>
    public LinkState Link
    {
        get
        {
            LinkState inner = _inner.Link;
            lock (_gate)
            {
                return inner == LinkState.Up && _rx.Concat(_tx).Any(line => line.IsDown) ? LinkState.Down : inner;
            }
        }
    }

    public IReadOnlyList<string> Faults => _inner.Faults;

    public IReadOnlyList<string> Report => [.. _inner.Report, $"behind a bad wire ({_settings.Text}), seed {_settings.Seed}"];

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        IRxQueue inner = _inner.OpenRxQueue(queue, pool);
        int stream = 2 * queue;
        FaultLine line = AddLine(_rx, _settings.OnRx, pool, stream);
        return new FaultRxQueue(inner, line, new FaultDice(_settings.Seed, (stream * 16) + CutStream, _settings.Short));
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        ITxQueue inner = _inner.OpenTxQueue(queue, pool);
        int stream = (2 * queue) + 1;
        FaultLine line = AddLine(_tx, _settings.OnTx, pool, stream);
        var transmit = new FaultTxQueue(inner, line, new FaultDice(_settings.Seed, (stream * 16) + CutStream, _settings.TxFull));
        _txQueues.Add(transmit);
        return transmit;
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        _inner.CollectCounters(counters);
        lock (_gate)
        {
            FaultCounters.Collect("fault_rx_", "short", [.. _rx.Select(line => line.Counters)], counters);
            FaultCounters.Collect("fault_tx_", "full", [.. _tx.Select(line => line.Counters)], counters);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                foreach (FaultLine line in _rx.Concat(_tx))
                {
                    line.Close();
                }
            }
        }

        // What was still on the wire was taken and has not left; what the inner port lost at its end it counts when it is closed.
        _inner.Dispose();
        _txQueues.ForEach(queue => queue.CopyCounters());
    }

    private FaultLine AddLine(List<FaultLine> lines, bool isFaulty, Mempool pool, int stream)
    {
        var line = new FaultLine(isFaulty ? _settings : _settings.WithoutWireFaults(), pool, _clock, stream);
        lock (_gate)
        {
            lines.Add(line);
        }

        return line;
    }
}
