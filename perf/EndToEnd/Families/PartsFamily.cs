namespace PollMode.EndToEnd;

/// <summary>Single parts on one core: the mempool beside rte_mempool, the packet ring beside rte_ring with one producer and one consumer.</summary>
internal sealed class PartsFamily : IFamily
{
    public string Name => "parts";

    public string Summary => "the mempool and the packet ring by themselves, on one core";

    public IReadOnlyList<IComparison> Comparisons { get; } =
    [
        .. new[] { 1, 8, 32, 64, 512 }.Select(bulk => new MempoolComparison(bulk)),
        .. MempoolAutotestComparison.Bulks.Select(bulk => new MempoolAutotestComparison(bulk)),
        .. new[] { 1, 8, 32 }.Select(bulk => new RingComparison(bulk)),
    ];
}
