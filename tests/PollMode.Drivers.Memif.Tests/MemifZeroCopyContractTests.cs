using PollMode.Testing;

namespace PollMode.Drivers.Memif.Tests;

/// <summary>What every port keeps, kept by a client without a copy.</summary>
public sealed class MemifZeroCopyContractTests : PortContract
{
    private readonly string _socket = MemifPairTests.NewName();

    protected override DriverRegistry Drivers { get; } = new DriverRegistry().Add(new MemifDriver());

    protected override PortHarness Open() => new MemifHarness(Drivers, $"memif:{_socket},rsize=9,zero_copy=on", $"memif:{_socket},role=server", rentsToReceive: false, shared: true, kept: 512);

    protected override string SpecWith(string keyAndValue) => $"memif:{_socket},{keyAndValue}";
}
