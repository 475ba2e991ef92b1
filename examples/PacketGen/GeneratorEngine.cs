using PollMode.Drivers.Traffic;

namespace PollMode.Examples.PacketGen;

/// <summary>
/// An ordinary engine: port 0 makes and measures packets, port 1 sends them, port 1 or 2 receives them, and two ports more may be a device
/// under test that forwards between them.
/// </summary>
internal sealed class GeneratorEngine : IDisposable
{
    /// <summary>
    /// How often a full port is offered a packet again: for a tenth of a second at least, so that a peer that waits for a processor loses
    /// nothing. With a device under test on the same worker, which must get its turn, less often.
    /// </summary>
    private const int Patience = 1_000_000;
    private const int PatienceWithDevice = 100;

    private static readonly TimeSpan LinkPatience = TimeSpan.FromSeconds(10);

    private readonly Engine _engine;
    private readonly TrafficDriver _traffic = new();
    private readonly bool _sends;
    private readonly int _receiver = -1;
    private long _takenBefore;
    private long _droppedBefore;

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
            _receiver = options.RxPort == options.TxPort ? 1 : -1;
        }

        if (options.RxPort != null && _receiver < 0)
        {
            _receiver = ports.Count;
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
            new StartupReport(startup));
        _engine.Open();
        _engine.Start();
    }

    public TrafficPort Port => _traffic.Ports[0];

    /// <summary>The run that was started last, with what the ports themselves have counted since <see cref="Mark"/>.</summary>
    public TrafficResult Result
    {
        get
        {
            TrafficResult result = Port.Result!;
            EngineStatistics now = _engine.Statistics;
            return result with
            {
                PortPackets = _sends ? now.Ports[1].TxPackets - _takenBefore : null,
                ReceiverDropped = _receiver >= 0 ? DroppedByReceiver(now) - _droppedBefore : null,
            };
        }
    }

    /// <summary>Why a worker ended, if one did.</summary>
    public string? Fault => _engine.Completion.Exception?.InnerException?.Message;

    public bool IsOver => _engine.Completion.IsCompleted;

    /// <summary>Has something done when the workers have ended by themselves, which none should: a port failed.</summary>
    public void WhenOver(Action action) => _ = _engine.Completion.ContinueWith(_ => action(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Waits until the ports that send and receive are connected: what is sent before is lost.</summary>
    /// <exception cref="PollModeException">One stays down.</exception>
    public void WaitForLinks(CancellationToken stop)
    {
        long start = Environment.TickCount64;
        while (_engine.Ports.Skip(1).FirstOrDefault(port => port.Link == LinkState.Down) is { } down && !stop.IsCancellationRequested && !IsOver)
        {
            if (Environment.TickCount64 - start > LinkPatience.TotalMilliseconds)
            {
                throw new PollModeException($"The link of '{down.Name}' has been down for {LinkPatience.TotalSeconds} s; bring the interface up, or start its peer, first.");
            }

            stop.WaitHandle.WaitOne(10);
        }
    }

    /// <summary>Notes what the ports have counted so far, before a run starts that is not to blame for it.</summary>
    public void Mark()
    {
        EngineStatistics now = _engine.Statistics;
        _takenBefore = _sends ? now.Ports[1].TxPackets : 0;
        _droppedBefore = _receiver >= 0 ? DroppedByReceiver(now) : 0;
    }

    public void Stop() => _engine.Stop(TimeSpan.FromSeconds(2));

    public void Dispose() => _engine.Dispose();

    /// <summary>Frames beyond 1900 bytes need larger buffers than the engine's usual ones.</summary>
    private static int BufferBytesFor(GeneratorOptions options)
    {
        int longest = options.Plan.Streams.SelectMany(stream => stream.Sizes.Sizes).Concat(options.BenchmarkSizes.SelectMany(sizes => sizes.Sizes)).Max();
        return longest <= 1900 ? 0 : longest <= 3900 ? 4096 : 16384;
    }

    /// <summary>What the receiving port lost itself. The losses of a fault port were asked for: they are the device's.</summary>
    private long DroppedByReceiver(EngineStatistics statistics)
    {
        PortStatistics port = statistics.Ports[_receiver];
        return port.Receive.Sum(queue => queue.Dropped) - port.Extended.Where(counter => counter.Name == "fault_rx_lost").Sum(counter => counter.Value);
    }
}
