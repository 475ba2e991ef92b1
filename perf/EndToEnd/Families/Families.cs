namespace PollMode.EndToEnd;

/// <summary>The families, in the order of tables. To add one, write its class and add a line.</summary>
internal static class Families
{
    internal static IReadOnlyList<IFamily> All { get; } =
    [
        new NullFamily(),
        new RingFamily(),
        new PcapFamily(),
        new TransmitFamily(),
        new MemifFamily(),
        new VethFamily(),
        new PartsFamily(),
    ];

    internal static IReadOnlyList<IComparison> Comparisons { get; } = [.. All.SelectMany(family => family.Comparisons)];

    /// <summary>What the README shows.</summary>
    internal static IReadOnlyList<string> Headlines { get; } =
    [
        "null-io", "null-macswap", "null-io-burst1", "null-macswap-burst1", "null-io-burst256", "ring-io", "ring-macswap", "ring-io-burst1", "pcap-drop", "pcap-write",
        "transmit-fixed", "transmit-flows", "transmit-test", "memif-both-zerocopy", "memif-forward-zerocopy", "memif-forward-copy",
        "veth-drop-af_xdp", "veth-swap-af_xdp", "veth-send-af_xdp", "veth-load-af_xdp", "veth-swap-af_packet", "veth-send-af_packet", "veth-swap-tap",
        "parts-mempool-bulk32", "parts-mempool-autotest-bulk32", "parts-ring-bulk32",
    ];
}
