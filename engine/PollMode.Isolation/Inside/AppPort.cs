namespace PollMode.Isolation;

/// <summary>A port whose other side is the app. Its link is up while the app has it open.</summary>
internal sealed class AppPort : IPort
{
    private readonly RingMemory _memory;
    private readonly int _index;
    private readonly int _headroom;
    private readonly int _ringBytes;
    private readonly List<FrameRing> _toApp = [];
    private readonly List<RingPlace> _toAppPlaces = [];
    private readonly RingPlace _fromAppPlace;
    private readonly FrameRing _fromApp;

    internal AppPort(PortSpec spec, PortContext context, RingMemory memory, int ringBytes)
    {
        Name = spec.Text;
        Device = spec.Device;
        _memory = memory;
        _index = context.PortIndex;
        _headroom = context.Arena.HeadroomBytes;
        _ringBytes = ringBytes;
        _fromAppPlace = memory.Make(ringBytes, out _fromApp);
        Capabilities = new PortCapabilities
        {
            TxQueues = int.MaxValue,
            MaxFrameBytes = Math.Min(context.Arena.BufferBytes - _headroom, ringBytes - TapFrame.HeaderBytes),
            Segments = true,
        };
    }

    public string Name { get; }

    /// <summary>Its name in the app.</summary>
    public string Device { get; }

    public PortCapabilities Capabilities { get; }

    public LinkState Link => _toApp.Count > 0 && _toApp[0].IsWanted ? LinkState.Up : LinkState.Down;

    public IReadOnlyList<string> Report => [$"rings of {_ringBytes >> 10} KiB to the app and from it"];

    internal LinkPlaces Places => new(_toAppPlaces, _fromAppPlace, Capabilities.MaxFrameBytes);

    public IRxQueue OpenRxQueue(int queue, Mempool pool) => new AppRxQueue(_fromApp, pool, _headroom, _index, Capabilities.MaxFrameBytes);

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        _toAppPlaces.Add(_memory.Make(_ringBytes, out FrameRing ring));
        _toApp.Add(ring);
        return new AppTxQueue(ring, pool);
    }

    public void Dispose()
    {
        foreach (FrameRing ring in _toApp)
        {
            ring.End();
        }
    }
}
