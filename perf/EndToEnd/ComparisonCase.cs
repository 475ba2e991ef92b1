namespace PollMode.EndToEnd;

/// <summary>The same work for PollMode and for a peer.</summary>
/// <param name="Name">What to call it on the command line.</param>
/// <param name="Mode">PollMode's mode: io or mac-swap.</param>
/// <param name="TestpmdMode">The peer's.</param>
/// <param name="Burst">Packets in a burst.</param>
/// <param name="Ports">PollMode's ports.</param>
/// <param name="Devices">The peer's devices.</param>
internal sealed record ComparisonCase(string Name, string Mode, string TestpmdMode, int Burst, IReadOnlyList<string> Ports, IReadOnlyList<string> Devices)
{
    internal static IReadOnlyList<ComparisonCase> All { get; } =
    [
        Null("null-io", "io", "io", 64),
        Null("null-macswap", "mac-swap", "macswap", 64),
        Null("null-io-burst1", "io", "io", 1),
        Null("null-io-burst8", "io", "io", 8),
        Null("null-io-burst32", "io", "io", 32),
        Null("null-io-burst256", "io", "io", 256),
        Null("null-macswap-burst1", "mac-swap", "macswap", 1),
        Null("null-macswap-burst256", "mac-swap", "macswap", 256),
    ];

    private static ComparisonCase Null(string name, string mode, string testpmdMode, int burst) =>
        new(name, mode, testpmdMode, burst, ["null:size=64", "null:size=64"], ["net_null0,size=64", "net_null1,size=64"]);
}
