namespace PollMode.EndToEnd;

/// <summary>
/// Interfaces of Linux: AF_XDP and AF_PACKET at the end of a veth pair, and TAP. Receive and drop, answer with addresses swapped, transmit; the CPU
/// time at one offered load, and the highest load without loss.
/// </summary>
internal sealed class VethFamily : IFamily
{
    public string Name => "veth";

    public string Summary => "interfaces of Linux: AF_XDP, AF_PACKET over a veth pair, and TAP";

    public IReadOnlyList<IComparison> Comparisons { get; } =
    [
        .. InterfaceDriver.All.SelectMany(driver => (IComparison[])
        [
            new VethFloodComparison(driver, Swaps: false),
            new VethFloodComparison(driver, Swaps: true),
            .. driver.IsTap ? (IComparison[])[] : [new VethJoinComparison(driver)],
            new VethSendComparison(driver),
            new VethLoadComparison(driver),
            new VethLosslessComparison(driver),
        ]),
    ];
}
