namespace PollMode.Drivers.Tap;

/// <summary>A TAP interface as a port. Receive queue n and transmit queue n are the two directions of one descriptor.</summary>
internal sealed class TapPort : IPort
{
    /// <summary>Ethernet header and one VLAN tag, which the MTU does not count.</summary>
    internal const int LinkLayerBytes = 18;

    /// <summary>The longest frame that segmentation offload makes: an IP packet of 65535 bytes.</summary>
    internal const int LargestFrameBytes = 65535 + LinkLayerBytes;

    private readonly TapDevice _device;
    private readonly PortContext _context;
    private readonly HashSet<int> _receive = [];
    private readonly HashSet<int> _transmit = [];
    private readonly int _largestFrame;
    private bool _disposed;

    internal TapPort(PortSpec spec, TapSettings settings, TapDevice device, PortContext context)
    {
        Name = spec.Text;
        _device = device;
        _context = context;
        _largestFrame = settings.TakesLargeFrames ? LargestFrameBytes : device.Mtu + LinkLayerBytes;
        Capabilities = new PortCapabilities
        {
            RxQueues = settings.Queues,
            TxQueues = settings.Queues,
            MaxFrameBytes = _largestFrame,
            Segments = true,
            RxFacts = PacketFlags.RxChecksumGood | settings.LeftOpen,
            TxRequests = PacketFlags.TxChecksumPartial | SoftwareOffload.Segmentation | PacketFlags.SegmentEcn | PacketFlags.HasVlan,
            MacAddress = device.MacAddress,
        };
        Report =
        [
            $"TAP interface {device.Name}, {(device.WasAttached ? "attached to" : settings.Persist ? "created, persistent" : "created, gone when closed")}: " +
            $"{settings.Queues} queue pair(s), MTU {device.Mtu}, offload {settings.Offload}",
        ];
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => _disposed ? LinkState.Gone : _device.Link;

    public IReadOnlyList<string> Report { get; }

    /// <summary>The interface's name as the kernel has it.</summary>
    internal string InterfaceName => _device.Name;

    public IRxQueue OpenRxQueue(int queue, Mempool pool) => new TapRxQueue(_device, Take(queue, _receive), _context, pool, _largestFrame);

    public ITxQueue OpenTxQueue(int queue, Mempool pool) => new TapTxQueue(_device, Take(queue, _transmit), pool);

    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        counters.Add(new PortCounter("kernel_dropped", _device.ReadKernelDrops()));
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _device.Dispose();
    }

    private int Take(int queue, HashSet<int> opened)
    {
        if ((uint)queue >= (uint)_device.Queues.Count || !opened.Add(queue))
        {
            throw new PollModeException(
                $"Queue {queue} of '{Name}' cannot be opened: it has queues 0 to {_device.Queues.Count - 1}, each opened once; raise the option queues.");
        }

        return _device.Queues[queue];
    }
}
