namespace PollMode;

/// <summary>
/// Stands in front of a port that cannot do what packets of another port of the engine may leave to it, and does it in software. The engine
/// puts it there; where all ports can do what the others ask, there is none, and no packet is looked at.
/// </summary>
internal sealed class OffloadingPort : IPort
{
    private readonly IPort _inner;
    private readonly PacketFlags _missing;
    private readonly List<OffloadingTxQueue> _queues = [];
    private bool _closed;

    private OffloadingPort(IPort inner, PacketFlags missing)
    {
        _inner = inner;
        _missing = missing;
    }

    public string Name => _inner.Name;

    public PortCapabilities Capabilities => _inner.Capabilities with { TxRequests = _inner.Capabilities.TxRequests | _missing };

    public LinkState Link => _inner.Link;

    public IReadOnlyList<string> Report => [.. _inner.Report, $"{Describe(_missing)} of other ports' packets: done in software"];

    public IReadOnlyList<string> Faults => _inner.Faults;

    public IRxQueue OpenRxQueue(int queue, Mempool pool) => _inner.OpenRxQueue(queue, pool);

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        var opened = new OffloadingTxQueue(_inner.OpenTxQueue(queue, pool), pool, _missing);
        _queues.Add(opened);
        return opened;
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        _inner.CollectCounters(counters);
        counters.Add(new PortCounter("software_segments_cut", _queues.Sum(queue => queue.SegmentsCut)));
        counters.Add(new PortCounter("software_segment_frames", _queues.Sum(queue => queue.Pieces)));
        counters.Add(new PortCounter("software_finished", _queues.Sum(queue => queue.Finished)));
    }

    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _queues.ForEach(queue => queue.Close());
        }

        _inner.Dispose();
        _queues.ForEach(queue => queue.CopyCounters());
    }

    /// <summary>Puts this in front of every port that needs it.</summary>
    /// <param name="ports">The ports of an engine, changed in place.</param>
    internal static void CompleteAll(IList<IPort> ports)
    {
        PacketFlags asked = PacketFlags.None;
        foreach (IPort port in ports)
        {
            asked |= port.Capabilities.RxFacts & SoftwareOffload.Requests;
        }

        for (int i = 0; i < ports.Count; i++)
        {
            PacketFlags missing = asked & ~ports[i].Capabilities.TxRequests;
            if (missing != 0 && ports[i].Capabilities.TxQueues > 0)
            {
                ports[i] = new OffloadingPort(ports[i], missing);
            }
        }
    }

    private static string Describe(PacketFlags missing) => string.Join(", ", new[]
    {
        (missing & SoftwareOffload.Segmentation) != 0 ? "segmentation" : string.Empty,
        (missing & PacketFlags.TxChecksumPartial) != 0 ? "checksums" : string.Empty,
        (missing & PacketFlags.HasVlan) != 0 ? "VLAN tags" : string.Empty,
    }.Where(word => word.Length > 0));
}
