namespace PollMode.EndToEnd;

/// <summary>
/// Null ports give buffers as they are and free what they are sent: what an engine itself costs, and how that grows with bursts, frames,
/// stages, workers and pools.
/// </summary>
internal sealed class NullFamily : IFamily
{
    private const int Burst = 64;
    private const int Size = 64;

    private static readonly int[] Bursts = [1, 8, 32, Burst, 256];
    private static readonly int[] Sizes = [Size, 128, 256, 512, 1024, 1280, 1518];
    private static readonly int[] StageCounts = [0, 1, 2, 4, 8, 16];
    private static readonly int[] Buffers = [1024, 8192, 65536, 524288];

    public string Name => "null";

    public string Summary => "null ports, which move no bytes: what the engine itself costs";

    public IReadOnlyList<IComparison> Comparisons { get; } =
    [
        .. Bursts.Select(burst => Forward("io", [], "io", burst)),
        .. Bursts.Select(burst => Forward("macswap", [EngineStages.MacSwap], "macswap", burst)),
        .. Bursts.Select(Drop),
        .. Sizes.Skip(1).Select(OfSize),
        .. StageCounts.Select(OfStages),
        .. new[] { 1, 2 }.Select(OfWorkers),
        .. Buffers.Select(OfBuffers),
    ];

    /// <summary>Between two ports, both ways.</summary>
    private static ForwardingComparison Forward(string mode, string[] stages, string testpmdMode, int burst) => new(
        Named($"null-{mode}", "burst", burst, Burst),
        $"null ports, {mode}, bursts of {burst}",
        new EngineWork { Ports = [Port(Size), Port(Size)], Stages = stages, Burst = burst },
        new TestpmdWork { Devices = [Device(0, Size), Device(1, Size)], Mode = testpmdMode, Burst = burst })
    {
        Points = [new($"null {mode} by burst", "packets in a burst", burst), .. mode == "macswap" && burst == Burst ? (SweepPoint[])[SizePoint(Size)] : []],
        Caveat = burst > 250 ? "testpmd's mempool cache of 250 buffers does not hold such a burst; it runs with the largest there is (--mbcache=512)." : null,
    };

    private static ForwardingComparison Drop(int burst) => new(
        Named("null-drop", "burst", burst, Burst),
        $"null port, receive and drop, bursts of {burst}",
        new EngineWork { Ports = [Port(Size)], Egress = [-1], Burst = burst, Counts = "rx" },
        new TestpmdWork { Devices = [Device(0, Size)], Mode = "rxonly", Burst = burst, CountsReceived = true })
    {
        Points = [new("null drop by burst", "packets in a burst", burst)],
    };

    private static ForwardingComparison OfSize(int size) => new(
        $"null-macswap-size{size}",
        $"null ports, macswap, frames of {size} bytes",
        new EngineWork { Ports = [Port(size), Port(size)], Stages = [EngineStages.MacSwap] },
        new TestpmdWork { Devices = [Device(0, size), Device(1, size)], Mode = "macswap" })
    {
        Points = [SizePoint(size)],
    };

    /// <summary>No peer: testpmd has one mode, not a pipeline. The chart's slope is the price of a stage.</summary>
    private static ForwardingComparison OfStages(int count) => new(
        $"null-stages{count}",
        $"null ports, {count} stage(s) that do nothing",
        new EngineWork { Ports = [Port(Size), Port(Size)], Stages = [.. Enumerable.Repeat(EngineStages.Pass, count)] },
        null)
    {
        Points = [new("null by stages", "stages that do nothing", count)],
    };

    private static ForwardingComparison OfWorkers(int count) => new(
        $"null-macswap-workers{count}",
        $"null ports, macswap, {count} queue(s), each with a core",
        new EngineWork { Ports = [$"{Port(Size)},queues={count}", $"{Port(Size)},queues={count}"], Stages = [EngineStages.MacSwap], Workers = count },
        new TestpmdWork { Devices = [Device(0, Size), Device(1, Size)], Mode = "macswap", Queues = count, Buffers = 32768 })
    {
        Points = [new("null macswap by workers", "workers", count)],
        Caveat = count > 1 && Environment.ProcessorCount == 2
            ? "The machine has two cores: testpmd's main thread and PollMode's, which look at counters once a second, share one of them with a worker."
            : null,
    };

    private static ForwardingComparison OfBuffers(int count) => new(
        $"null-macswap-buffers{count}",
        $"null ports, macswap, a pool of {count} buffers",
        new EngineWork { Ports = [Port(Size), Port(Size)], Stages = [EngineStages.MacSwap], Buffers = count },
        new TestpmdWork { Devices = [Device(0, Size), Device(1, Size)], Mode = "macswap", Buffers = count })
    {
        Points = [new("null macswap by pool", "buffers of the pool", count)],
        Caveat = "Both pools use again what was freed last, so that the rest of a large pool is not touched.",
    };

    private static SweepPoint SizePoint(int size) => new("null macswap by frame", "bytes of a frame", size);

    /// <summary>The usual value goes without saying.</summary>
    private static string Named(string name, string number, int value, int usual) => value == usual ? name : $"{name}-{number}{value}";

    private static string Port(int size) => $"null:size={size}";

    private static string Device(int index, int size) => $"net_null{index},size={size}";
}
