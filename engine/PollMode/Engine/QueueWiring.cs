namespace PollMode;

/// <summary>Opens the queues of all ports and gives each to a worker. A worker without a transmit queue on a port hands over to one that has.</summary>
internal sealed class QueueWiring : IDisposable
{
    private readonly EngineLayout _layout;
    private readonly IReadOnlyList<IPort> _ports;
    private readonly IReadOnlyList<Mempool> _pools;
    private readonly int _handOffPackets;
    private readonly List<(int Port, int Queue, int Worker, IRxQueue Rx, RxRate Rate)> _receive = [];
    private readonly List<(int Port, int Queue, int Worker, ITxQueue Tx)> _transmit = [];
    private readonly List<(int Worker, int Port, int Owner, HandOffQueue Ring, ITxQueue To)> _handOffs = [];

    internal QueueWiring(EngineLayout layout, IReadOnlyList<IPort> ports, IReadOnlyList<Mempool> pools, int handOffPackets)
    {
        _layout = layout;
        _ports = ports;
        _pools = pools;
        _handOffPackets = handOffPackets;
        foreach ((int port, int queue, int worker) in layout.Receive)
        {
            _receive.Add((port, queue, worker, ports[port].OpenRxQueue(queue, pools[worker]), new RxRate(layout.PlanOf(port).BuffersPerRxQueue)));
        }

        for (int port = 0; port < ports.Count; port++)
        {
            OpenTransmit(port);
        }
    }

    public void Dispose()
    {
        foreach (var handOff in _handOffs)
        {
            handOff.Ring.Dispose();
        }
    }

    internal List<RxBinding> ReceiveOf(int worker) =>
        [.. _receive.Where(queue => queue.Worker == worker).Select(queue => ReceiveOf(worker, queue.Rx, queue.Port, queue.Rate))];

    internal List<TxBinding> SendOf(int worker) => [.. Enumerable.Range(0, _ports.Count).Select(port => SendOf(worker, port))];

    internal List<(HandOffQueue From, ITxQueue To)> HandOffsOf(int owner) =>
        [.. _handOffs.Where(handOff => handOff.Owner == owner).Select(handOff => (handOff.Ring, handOff.To))];

    internal List<string> DescribeReceive(int worker) =>
        [.. _receive.Where(queue => queue.Worker == worker).Select(queue => $"{_ports[queue.Port].Name}:{queue.Queue}")];

    internal PortStatistics StatisticsOf(int index, IPort port)
    {
        var extended = new List<PortCounter>();
        port.CollectCounters(extended);
        return new PortStatistics
        {
            Index = index,
            Name = port.Name,
            Link = port.Link,
            Receive = [.. _receive.Where(queue => queue.Port == index).Select(queue => QueueStatistics.Of(queue.Queue, queue.Rx.Counters) with { Descriptors = queue.Rate.Descriptors, PacketsPerSecond = queue.Rate.PacketsPerSecond })],
            Transmit = [.. _transmit.Where(queue => queue.Port == index).Select(queue => QueueStatistics.Of(queue.Queue, queue.Tx.Counters))],
            Extended = extended,
        };
    }

    /// <summary>After the workers have joined: frees what was on its way between them, and counts it.</summary>
    internal void FreeHandedOver(IReadOnlyList<Worker> workers)
    {
        Span<Packet> packets = stackalloc Packet[64];
        foreach (var handOff in _handOffs)
        {
            int count;
            while ((count = handOff.Ring.Receive(packets)) > 0)
            {
                workers[handOff.Owner].DropAfterEnd(packets[..count], DropReason.Stopped);
            }
        }
    }

    private RxBinding ReceiveOf(int worker, IRxQueue queue, int port, RxRate rate)
    {
        int egress = _layout.EgressOf(port);
        return new RxBinding(queue, port, egress, SendOf(worker, egress).Queue, rate);
    }

    private TxBinding SendOf(int worker, int port)
    {
        foreach (var queue in _transmit)
        {
            if (queue.Port == port && queue.Worker == worker)
            {
                return new TxBinding(queue.Tx, DropReason.TxFull);
            }
        }

        HandOffQueue? ring = _handOffs.Find(handOff => handOff.Worker == worker && handOff.Port == port).Ring;
        return new TxBinding(ring, DropReason.HandOffFull);
    }

    /// <summary>
    /// A transmit queue belongs to one worker: to the one whose packets leave by it. Whoever polls receive queue n of the port that is
    /// forwarded to this one gets queue n, then whoever polls receive queue n of this port itself. What is left over goes to workers that
    /// have none, in turn.
    /// </summary>
    private void OpenTransmit(int port)
    {
        int queues = Math.Min(_layout.PlanOf(port).TxQueues, _layout.WorkerCount);
        var owners = new List<int>();
        for (int queue = 0; queue < queues; queue++)
        {
            int[] wishes =
            [
                .. _receive.Where(rx => rx.Queue == queue && _layout.EgressOf(rx.Port) == port).Select(rx => rx.Worker),
                .. _receive.Where(rx => rx.Queue == queue && rx.Port == port).Select(rx => rx.Worker),
                .. Enumerable.Range(0, _layout.WorkerCount),
            ];
            int owner = wishes.First(worker => !owners.Contains(worker));
            owners.Add(owner);
            _transmit.Add((port, queue, owner, _ports[port].OpenTxQueue(queue, _pools[owner])));
        }

        for (int worker = 0; owners.Count > 0 && worker < _layout.WorkerCount; worker++)
        {
            if (!owners.Contains(worker))
            {
                int queue = worker % owners.Count;
                ITxQueue to = _transmit.Find(tx => tx.Port == port && tx.Queue == queue).Tx;
                _handOffs.Add((worker, port, owners[queue], new HandOffQueue(_handOffPackets), to));
            }
        }
    }
}
