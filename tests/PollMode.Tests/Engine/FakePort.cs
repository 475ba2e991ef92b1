namespace PollMode.Tests;

internal sealed class FakePort(PortSpec spec, PortContext context) : IPort
{
    public string Name => spec.Text;

    public PortCapabilities Capabilities => new();

    public LinkState Link => LinkState.Up;

    public IReadOnlyList<string> Report => [];

    public IReadOnlyList<string> Faults => Sentences;

    internal string[] Sentences { get; set; } = [];

    internal List<FakeRxQueue> Receive { get; } = [];

    internal List<FakeTxQueue> Transmit { get; } = [];

    internal bool Disposed { get; private set; }

    public IRxQueue OpenRxQueue(int queue, Mempool pool)
    {
        var rx = new FakeRxQueue(context.PortIndex, queue, spec.GetInteger("rx", 0, -1, long.MaxValue), pool) { Miscounts = spec.GetText("miscounts") };
        Receive.Add(rx);
        return rx;
    }

    public ITxQueue OpenTxQueue(int queue, Mempool pool)
    {
        if (spec.GetText("fail") == "tx")
        {
            throw new PollModeException("the fake port has no transmit queue.");
        }

        var tx = new FakeTxQueue((int)spec.GetInteger("take", int.MaxValue, 0, int.MaxValue), spec.GetSwitch("keep", false), pool);
        Transmit.Add(tx);
        return tx;
    }

    /// <summary>As of a device that must be there to be asked.</summary>
    public void CollectCounters(ICollection<PortCounter> counters)
    {
        ObjectDisposedException.ThrowIf(Disposed, this);
        counters.Add(new PortCounter("fake", 1));
    }

    public void Dispose()
    {
        Disposed = true;
        Transmit.ForEach(queue => queue.FreeKept());
    }
}
