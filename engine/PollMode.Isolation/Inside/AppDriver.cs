namespace PollMode.Isolation;

/// <summary>The driver <c>app</c>: ports whose other side is the app. What is sent by one reaches the app, and what the app sends comes in by it.</summary>
internal sealed class AppDriver : IPortDriver
{
    private const int LeastRing = 4096;
    private const int MostRing = 1 << 30;

    private readonly RingMemory _memory;
    private readonly List<AppPort> _ports = [];

    internal AppDriver(RingMemory memory) => _memory = memory;

    public string Name => "app";

    public string Summary => "app:NAME[,key=value...]: the app itself, which opens the port by that name";

    public IReadOnlyList<PortOption> Options { get; } = [new("ring", "1048576", "bytes that may wait in each ring, 4096 to 1 GiB: one to the app for each worker, one from it")];

    internal IReadOnlyList<AppPort> Ports => _ports;

    public PortPlan Probe(PortSpec spec)
    {
        Read(spec);
        return new PortPlan { TxQueues = int.MaxValue };
    }

    public IPort Open(PortSpec spec, PortContext context)
    {
        int ringBytes = Read(spec);
        if (_ports.Exists(port => port.Device == spec.Device))
        {
            throw new PollModeException($"There is an app port '{spec.Device}' already; give the second a name of its own.");
        }

        var port = new AppPort(spec, context, _memory, ringBytes);
        _ports.Add(port);
        return port;
    }

    private static int Read(PortSpec spec) => spec.Device.Length > 0
        ? (int)spec.GetInteger("ring", 1 << 20, LeastRing, MostRing)
        : throw new PollModeException($"The app port '{spec.Text}' has no name by which the app opens it; write app:NAME.");
}
