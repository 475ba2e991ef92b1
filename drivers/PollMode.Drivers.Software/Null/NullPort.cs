namespace PollMode.Drivers.Software;

/// <summary>A port that moves no bytes.</summary>
internal sealed class NullPort : IPort
{
    private readonly NullSettings _settings;
    private readonly int _index;
    private readonly int _headroom;

    internal NullPort(PortSpec spec, NullSettings settings, PortContext context)
    {
        Name = spec.Text;
        _settings = settings;
        _index = context.PortIndex;
        _headroom = context.Arena.HeadroomBytes;
        Capabilities = new PortCapabilities
        {
            RxQueues = settings.Queues,
            TxQueues = int.MaxValue,
            MaxFrameBytes = int.MaxValue,
            Segments = true,
            ZeroCopy = true,
        };
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => LinkState.Up;

    public IReadOnlyList<string> Report => [];

    public IRxQueue OpenRxQueue(int queue, Mempool pool) => new NullRxQueue(_settings, _index, _headroom, pool);

    public ITxQueue OpenTxQueue(int queue, Mempool pool) => new NullTxQueue(pool);

    public void Dispose()
    {
    }
}
