namespace PollMode.Drivers.Software;

/// <summary>A port that moves no bytes.</summary>
internal sealed class NullPort : IPort
{
    private readonly NullSettings _settings;
    private readonly int _index;
    private readonly int _headroom;
    private readonly OpenedQueues _rx;
    private readonly OpenedQueues _tx;

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
        _rx = new OpenedQueues(Name, "receive", settings.Queues);
        _tx = new OpenedQueues(Name, "transmit", int.MaxValue);
    }

    public string Name { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => LinkState.Up;

    public IReadOnlyList<string> Report => [];

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        _rx.Add(queue);
        return new NullRxQueue(_settings, _index, _headroom, pool);
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        _tx.Add(queue);
        return new NullTxQueue(pool);
    }

    public void Dispose()
    {
    }
}
