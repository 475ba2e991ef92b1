using PollMode.Linux;

namespace PollMode.Drivers.AfPacket;

/// <summary>A network interface through packet sockets.</summary>
internal sealed class AfPacketPort : IPort
{
    /// <summary>Ethernet header and one VLAN tag, which the MTU does not count.</summary>
    internal const int LinkLayerBytes = 18;

    private const PacketFlags LargeSegments = SoftwareOffload.Segmentation | PacketFlags.SegmentEcn;

    private readonly NetworkInterface _device;
    private readonly AfPacketSettings _settings;
    private readonly PortContext _context;
    private readonly List<RingSocket> _sockets = [];
    private readonly AfPacketRxQueue?[] _receive;
    private readonly AfPacketTxQueue?[] _transmit;
    private bool _disposed;

    /// <summary>Opens the sockets that receive, in the calling thread's network namespace.</summary>
    /// <exception cref="Linux.LinuxException">A step failed; those before it have been undone.</exception>
    internal AfPacketPort(PortSpec spec, AfPacketSettings settings, PortContext context)
    {
        Name = spec.Text;
        _settings = settings;
        _context = context;
        _receive = new AfPacketRxQueue?[settings.Queues];
        _transmit = new AfPacketTxQueue?[settings.Queues];
        _device = new NetworkInterface(settings.Interface);
        try
        {
            int group = -1;
            for (int queue = 0; queue < settings.Queues; queue++)
            {
                var socket = RingSocket.OpenReceive(_device, settings);
                _sockets.Add(socket);
                group = settings.Queues > 1 ? socket.JoinFanout(settings.Fanout, group) : group;
            }

            int frame = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(FrameHeader.Bytes + VirtioNetHeader.Bytes + _device.Mtu + LinkLayerBytes));
            for (int queue = 0; queue < settings.Queues; queue++)
            {
                _sockets.Add(RingSocket.OpenSend(_device, settings, Math.Max(frame, 2048)));
            }

            for (int queue = 0; settings.Offload && queue < settings.Queues; queue++)
            {
                _sockets.Add(RingSocket.OpenSendLarge(_device, settings));
            }

            // Once all have joined, so that each flow keeps its queue from its first frame on.
            _sockets.GetRange(0, settings.Queues).ForEach(socket => socket.Admit(settings.Filter));
        }
        catch
        {
            Close();
            throw;
        }

        Capabilities = new PortCapabilities
        {
            RxQueues = settings.Queues,
            TxQueues = settings.Queues,
            MaxFrameBytes = _device.Mtu + LinkLayerBytes,
            Segments = true,
            RxFacts = PacketFlags.HasTimestamp | PacketFlags.RxChecksumGood | (settings.VlanInMetadata ? PacketFlags.HasVlan : 0)
                | (settings.Offload ? PacketFlags.TxChecksumPartial | LargeSegments : 0),
            TxRequests = PacketFlags.TxChecksumPartial | PacketFlags.HasVlan | (settings.Offload ? LargeSegments : 0),
            MacAddress = _device.MacAddress,
        };
        Report =
        [
            $"packet sockets on {_device.Name} (TPACKET_V3): {settings.Queues} queue pair(s), MTU {_device.Mtu}, " +
            $"{(settings.Promiscuous ? "promiscuous" : "own address only")}, {(settings.QdiscBypass ? "qdisc bypassed" : "through the qdisc")}, " +
            $"offload {(settings.Offload ? "as metadata" : "undone on reception")}{(settings.Filter is { } filter ? $", filter of {filter.Count} instructions" : string.Empty)}",
        ];
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => _device.Link;

    public IReadOnlyList<string> Report { get; }

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        Check(queue, _receive);
        return _receive[queue] = new AfPacketRxQueue(_sockets[queue], _settings, _context, pool);
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        Check(queue, _transmit);
        RingSocket? large = _settings.Offload ? _sockets[(2 * _settings.Queues) + queue] : null;
        return _transmit[queue] = new AfPacketTxQueue(_sockets[_settings.Queues + queue], large, pool);
    }

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        counters.Add(new PortCounter("ring_dropped", _receive.Sum(queue => queue?.ReadDrops(_disposed) ?? 0)));
        (long received, long sent) = _device.Drops!.Read();
        counters.Add(new PortCounter("interface_rx_dropped", received));
        counters.Add(new PortCounter("interface_tx_dropped", sent));
        counters.Add(new PortCounter("truncated", _receive.Sum(queue => queue?.Truncated ?? 0)));
        counters.Add(new PortCounter("segments_cut", _receive.Sum(queue => queue?.SegmentsCut ?? 0)));
        counters.Add(new PortCounter("checksums_completed", _receive.Sum(queue => queue?.ChecksumsCompleted ?? 0)));
        counters.Add(new PortCounter("tx_refused", _transmit.Sum(queue => queue?.Counters.Errors ?? 0)));
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        foreach (AfPacketRxQueue? queue in _receive)
        {
            queue?.ReadDrops(false);
        }

        foreach (AfPacketTxQueue? queue in _transmit)
        {
            queue?.CountUnsent();
        }

        _disposed = true;
        Close();
    }

    private void Check<T>(int queue, T?[] opened)
    {
        if ((uint)queue >= (uint)opened.Length || opened[queue] != null)
        {
            throw new PollModeException($"Queue {queue} of '{Name}' cannot be opened: it has queues 0 to {opened.Length - 1}, each opened once; raise the option queues.");
        }
    }

    private void Close()
    {
        foreach (RingSocket socket in _sockets)
        {
            socket.Dispose();
        }

        _device.Dispose();
    }
}
