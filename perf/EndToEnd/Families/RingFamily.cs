namespace PollMode.EndToEnd;

/// <summary>
/// A ring port that receives what it sends, with one burst of packets in it from the start: <c>ring:a,fill=N</c> here, testpmd's net_ring
/// with <c>--tx-first</c> there. The same packets go round for ever, so all of them are in the nearest cache.
/// </summary>
internal sealed class RingFamily : IFamily
{
    private const int Burst = 64;

    private const string PointersOnly =
        "Handles circulate; neither program looks at a packet. PollMode counts bytes as well: those of a burst that no stage may have changed are known from where it was received.";

    private static readonly int[] Bursts = [1, 8, 32, Burst, 256];

    public string Name => "ring";

    public string Summary => "ring ports that receive what they send: the same burst of packets goes round";

    public IReadOnlyList<IComparison> Comparisons { get; } =
    [
        .. Bursts.Select(burst => Loop("io", [], burst)),
        .. Bursts.Select(burst => Loop("macswap", [EngineStages.MacSwap], burst)),
    ];

    private static ForwardingComparison Loop(string mode, string[] stages, int burst) => new(
        burst == Burst ? $"ring-{mode}" : $"ring-{mode}-burst{burst}",
        $"a ring that loops, {mode}, bursts of {burst}",
        new EngineWork { Ports = [$"ring:loop,fill={burst}"], Stages = stages, Burst = burst },
        new TestpmdWork { Devices = ["net_ring0"], Mode = mode, Burst = burst, Arguments = ["--tx-first"] })
    {
        Points = [new($"ring {mode} by burst", "packets in a burst", burst)],
        Caveat = mode == "io" ? PointersOnly : null,
    };
}
