namespace PollMode.Tests;

/// <summary>
/// Ports for tests: each receive queue gives so many stamped frames and then ends (or is live for ever), each transmit queue takes what
/// its appetite allows and frees it, or keeps it to the end. Options in the spec: rx (frames, -1 for endless), rxq, txq, take (most per Send),
/// keep, sizes, rings, fail.
/// </summary>
internal sealed class FakeDriver : IPortDriver
{
    public string Name => "fake";

    public string Summary => "for tests";

    public IReadOnlyList<PortOption> Options { get; } = [.. new[] { "rx", "rxq", "txq", "take", "keep", "size", "rings", "fail", "miscounts" }.Select(key => new PortOption(key, "", ""))];

    internal List<FakePort> Opened { get; } = [];

    public PortPlan Probe(PortSpec spec) => new()
    {
        RxQueues = (int)spec.GetInteger("rxq", 1, 0, 64),
        TxQueues = (int)spec.GetInteger("txq", int.MaxValue, 0, int.MaxValue),
        BuffersPerRxQueue = (int)spec.GetInteger("rings", 0, 0, 1 << 20),
        BufferBytes = spec.Values.ContainsKey("size") ? [(int)spec.GetInteger("size", 0, 0, 65536)] : [],
    };

    public IPort Open(PortSpec spec, PortContext context)
    {
        if (spec.GetText("fail") == "open")
        {
            throw new PollModeException("the fake port does not open.");
        }

        var port = new FakePort(spec, context);
        Opened.Add(port);
        return port;
    }
}
