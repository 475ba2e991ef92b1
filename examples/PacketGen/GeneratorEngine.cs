using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>
/// An ordinary engine: port 0 makes and measures packets, port 1 sends them, port 1 or 2 receives them, and two ports more may be a device
/// under test that forwards between them.
/// </summary>
internal sealed class GeneratorEngine : IDisposable
{
    /// <summary>How often a full port is offered a packet again. With a device under test on the same worker, which must get its turn, less often.</summary>
    private const int Patience = 20_000;
    private const int PatienceWithDevice = 100;

    private readonly Engine _engine;
    private readonly TrafficDriver _traffic = new();
    private readonly bool _sends;

    public GeneratorEngine(GeneratorOptions options, TextWriter startup)
    {
        var ports = new List<string> { "traffic:start=later" };
        var egress = new List<int> { Burst.NoPort };
        _sends = options.Sends && options.TxPort != null;
        if (_sends)
        {
            egress[0] = 1;
            ports.Add(options.TxPort!);
            egress.Add(options.RxPort == options.TxPort ? 0 : Burst.NoPort);
        }

        if (options.RxPort != null && (!_sends || options.RxPort != options.TxPort))
        {
            ports.Add(options.RxPort);
            egress.Add(0);
        }

        if (options.DeviceUnderTest is [string first, string second])
        {
            int index = ports.Count;
            ports.AddRange([first, second]);
            egress.AddRange([index + 1, index]);
        }

        _engine = new Engine(
            new EngineOptions
            {
                Name = "packetgen",
                Ports = ports,
                Egress = egress,
                BurstSize = options.Burst,
                Cores = options.Cores,
                Workers = options.Workers,
                Idle = options.Idle,
                BufferBytes = BufferBytesFor(options),
                SendRetries = options.DeviceUnderTest.Count > 0 ? PatienceWithDevice : Patience,
            },
            Drivers.With(_traffic),
            null,
            new Startup(startup));
        _engine.Open();
        _engine.Start();
    }

    public TrafficPort Port => _traffic.Ports[0];

    /// <summary>Packets that the sending port says it took; null where nothing is sent.</summary>
    public long? PortPackets => _sends ? _engine.Statistics.Ports[1].TxPackets : null;

    /// <summary>Why a worker ended, if one did.</summary>
    public string? Fault => _engine.Completion.Exception?.InnerException?.Message;

    public bool IsOver => _engine.Completion.IsCompleted;

    public void Stop() => _engine.Stop(TimeSpan.FromSeconds(2));

    public void Dispose() => _engine.Dispose();

    /// <summary>Frames beyond 1900 bytes need larger buffers than the engine's usual ones.</summary>
    private static int BufferBytesFor(GeneratorOptions options)
    {
        int longest = options.Plan.Streams.SelectMany(stream => stream.Sizes.Sizes).Concat(options.BenchmarkSizes.SelectMany(sizes => sizes.Sizes)).Max();
        return longest <= 1900 ? 0 : longest <= 3900 ? 4096 : 16384;
    }

    private sealed class Startup(TextWriter writer) : EngineObserver
    {
        public override void ArenaReady(Engine engine, IReadOnlyList<string> report) => writer.WriteLine($"memory     {string.Join("; ", report)}");

        public override void PortOpened(Engine engine, int index, IPort port) => writer.WriteLine($"port {index}     {port.Name}{string.Concat(port.Report.Select(line => "; " + line))}");

        public override void WorkerStarted(Engine engine, int index, int? cpu, IReadOnlyList<string> queues) =>
            writer.WriteLine($"worker {index}   {(cpu is { } core ? $"core {core}" : "not pinned")}, polls {string.Join(", ", queues)}");

        public override void CloseFailed(Engine engine, Exception fault) => Console.Error.WriteLine(fault.Message);
    }
}
